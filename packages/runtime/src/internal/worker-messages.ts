import type { ErrorParts, Program } from "@octavo/spec";

import type { InputTensor, OutputTensor } from "../tensor-info.ts";

/** To the worker: the program first, once; then calls. */
export type WorkerRequest =
  | { readonly kind: "load"; readonly program: Program; readonly kernels: { readonly use: string } }
  | { readonly kind: "run"; readonly call: number; readonly inputs: Readonly<Record<string, InputTensor>> };

/** From the worker: one answer per call. */
export type WorkerAnswer =
  | { readonly call: number; readonly outputs: Readonly<Record<string, OutputTensor>> }
  | { readonly call: number; readonly error: SentError };

/** What is left of an error on its way between threads. */
export interface SentError extends Omit<ErrorParts, "cause"> {
  /** Of its class. */
  readonly name: string;
}
