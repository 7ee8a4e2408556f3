import type { DataOf, DType, MemoryFormat, ProgramQParams } from "@octavo/spec";

/** An input or output of a session. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  /** torch's order; −1 is the batch, which may be different in every call. */
  readonly shape: readonly number[];
  /** Meaning of the integers, for quantized inputs and outputs. */
  readonly qparams?: ProgramQParams;
}

/** A result: row-major in torch's order (N, C, …), in an array of its own. */
export interface OutputTensor<D extends DType = DType> extends TensorInfo {
  readonly data: DataOf<D>;
  readonly memoryFormat: "contiguous";
}

/** Any `TensorLike`: `data` is the typed array of the input's dtype, or a plain array; row-major unless `memoryFormat` says channelsLast. */
export interface InputTensor {
  readonly data: ArrayLike<number> | BigInt64Array;
  readonly shape: readonly number[];
  readonly memoryFormat?: MemoryFormat;
}
