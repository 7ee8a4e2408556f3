import type { DType, TypedArray } from "./dtype.ts";
import type { MemoryFormat } from "./memory-format.ts";

/** Scale and zero point of a whole activation tensor in a `Program`. */
export interface ProgramQParams {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly quantMin: number;
  readonly quantMax: number;
}

/** A tensor that exists while a `Program` runs. */
export interface ProgramValue {
  /** Module path of the producer, for people: `features.0`. */
  readonly name: string;
  readonly dtype: DType;
  /** torch's order; −1 stands for the batch, known only when it runs. */
  readonly shape: readonly number[];
  readonly memoryFormat: MemoryFormat;
  readonly qparams?: ProgramQParams;
}

/** What JSON can say of an op: strides, axes, names of operators. */
export type ProgramAttribute = number | string | boolean | null | readonly number[];

/** One step. `inputs` and `outputs` index `Program.values`; `constants` name entries of `Program.constants` by role. */
export interface ProgramOp {
  /** A name of the runtime's op table: `quantize`, `conv`, `linear`, `add`, `lookup`, `avgPool`, `dequantize`, … */
  readonly op: string;
  /** Version of that op's meaning; a reader refuses newer ones. */
  readonly version: number;
  /** Module path it was lowered from. */
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly constants: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, ProgramAttribute>>;
}

/** Weights, scales, tables: what does not change from run to run. */
export interface ProgramConstant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major, or the layout the op documents (weights of `conv`: as `ConvShape`). */
  readonly data: TypedArray;
}

/** The lowered form of a network: a flat, serialisable list of ops with constants and qparams. */
export interface Program {
  readonly formatVersion: 1;
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly values: readonly ProgramValue[];
  /** In execution order. */
  readonly ops: readonly ProgramOp[];
  readonly constants: Readonly<Record<string, ProgramConstant>>;
}
