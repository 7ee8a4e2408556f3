import type { KernelName, Kernels, TypedArray } from "@octavo/spec";

import type { Shape, Step } from "./step.ts";

type TypedArrayConstructor = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;

/** A constant as kernels want it: how long it is, and how to write it into memory that the kernels own. */
export interface Prepared {
  readonly array: TypedArrayConstructor;
  readonly length: number;
  fill(target: TypedArray): void;
}

/** The arrays of one step, views of the arena and of the prepared constants. */
export interface Buffers {
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
  readonly constants: Readonly<Record<string, TypedArray>>;
  /** `scratchBytes` bytes, aligned to 64; contents undefined. */
  readonly scratch: Uint8Array;
}

/** An op of the table: what it accepts, what it gives, how it runs. All of it in one file under `ops/`. */
export interface OpDefinition {
  readonly name: string;
  /** Version of its meaning; raised when an old reader would run a new file wrongly. */
  readonly version: number;
  /**
   * Checks counts, dtypes, formats, attributes and constants; shapes are as declared, with −1 for the batch.
   * @returns the shapes that the outputs must have. @throws FormatError naming the op.
   */
  check(step: Step): readonly Shape[];
  /**
   * Checks elements of the inputs as its kernel does, with an error that names the input and the element. Called after the
   * kernel has refused them. Absent: it takes all elements.
   */
  checkElements?(step: Step, inputs: readonly TypedArray[]): void;
  /** Constants prepared once per session, whatever the batch. Absent: the op has none. */
  prepare?(step: Step, kernels: Kernels): Readonly<Record<string, Prepared>>;
  /** Bytes needed while it runs, beside inputs and outputs. */
  scratchBytes?(step: Step): number;
  /** Inputs, by position, that the first output may lie over, if it has as many bytes. Absent: none. */
  inPlace?(step: Step): readonly number[];
  /** Kernels it calls, for `explain()`. */
  readonly kernels: readonly KernelName[] | ((step: Step) => readonly KernelName[]);
  /** How the kernel goes about it, where constants that `prepare` prepared decide that; for `explain()`. */
  method?(constants: Buffers["constants"]): string;
  /**
   * Everything that can be computed beforehand, for one batch size and one set of buffers. The result runs the step by calls
   * of `kernels` and does nothing else: what it calls is recorded once and repeated in every run.
   */
  bind(step: Step, buffers: Buffers, kernels: Kernels): () => void;
}

/** A constant that is used as it is. */
export function asIs(data: TypedArray | Float32Array | Int32Array): Prepared {
  return {
    array: data.constructor as TypedArrayConstructor,
    length: data.length,
    fill: (target) => target.set(data as never),
  };
}
