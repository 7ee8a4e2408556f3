/** How recordings run: on the thread that asks, and on one of Node's. */
export const raceKinds = ["run", "runAsync"] as const;

/** What a worker_thread of run-race.ts is told. */
export interface Race {
  readonly addon: string;
  readonly kind: (typeof raceKinds)[number];
  readonly workers: number;
  /** How many of them have come: an int32. */
  readonly arrived: SharedArrayBuffer;
  /** What all of them write: float32s. */
  readonly shared: SharedArrayBuffer;
}
