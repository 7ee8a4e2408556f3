import type { ErrorParts } from "@octavo/spec";
import type { ImageBatch } from "../transform.ts";

/** To a worker: a batch at the beginning of shared memory, and the seed of its random numbers. */
export interface WorkerRequest {
  readonly call: number;
  readonly batch: ImageBatch;
  readonly seed: number;
}

/** From a worker: one for each request; the batch in the same memory if it fits. */
export type WorkerAnswer =
  | { readonly call: number; readonly batch: ImageBatch }
  | { readonly call: number; readonly error: ErrorParts };
