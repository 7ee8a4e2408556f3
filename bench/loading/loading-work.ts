export interface LoadingWork {
  readonly network: "mnist-net" | "resnet-20";
  readonly batch: number;
  /** Of an epoch. */
  readonly steps: number;
}

/** Where batches come from: a loader with as many workers, or memory in which they lie ready. */
export type Source = number | "ready";

/** Milliseconds per step of an epoch. */
export interface EpochTimes {
  readonly stepMs: number;
  /** Of the thread that trains alone. */
  readonly cpuMs: number;
}
