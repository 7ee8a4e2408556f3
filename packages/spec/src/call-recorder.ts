import type { TypedArray } from "./dtype.ts";
import type { Kernels } from "./kernels/kernels.ts";

/** Kernel calls that belong together. */
export interface RecordedStep {
  /** Where they come from, for errors: `mobilenet, op 3 'features.0' (conv)`. */
  readonly where: string;
  /** Makes the calls: nothing else may happen here, and the same calls must be right whenever they are repeated. */
  call(kernels: Kernels): void;
}

/** Steps that were written down, to be repeated with the same arrays, whatever these hold by then. */
export interface Recording {
  /**
   * Repeats the steps from `first` up to `end`.
   *
   * @param parameters stand, one for each, for the parameters of `record`: of the same type and length
   * @throws ArgumentError that begins with the step's `where`, if a kernel refuses its arguments
   */
  run(parameters: readonly TypedArray[], first: number, end: number): void;
  /**
   * As `run`, on another thread; rejects where `run` throws. No array of the recording may be touched before it is
   * settled. Absent where there are no threads for it.
   */
  runAsync?(parameters: readonly TypedArray[], first: number, end: number): Promise<void>;
  /** Lets go of the arrays; it cannot run any more. */
  dispose(): void;
}

/** Writes kernel calls down, so that many of them become one; owns the threads that repeat them. */
export interface CallRecorder {
  /** Threads that repeat the calls, the caller's included. */
  readonly threads: number;
  /**
   * Calls each step once, with kernels that compute nothing. Arrays of the calls are kept alive; those in memory of the
   * provider stay valid when it grows. `parameters` are arrays that each run replaces by others.
   *
   * @returns null if results would lie in memory that the kernels cannot write by themselves
   */
  record(steps: readonly RecordedStep[], parameters: readonly TypedArray[]): Recording | null;
  /** Ends the threads, when no run uses them any more. */
  dispose(): void;
}
