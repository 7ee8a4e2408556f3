import { defineTransform } from "../src/index.ts";

/** What `workers.test.ts` lets workers import. */
export const plusNoise = defineTransform(
  import.meta.url,
  "plusNoise",
  (most: number) => (batch, generator) => {
    const data = Float32Array.from(batch.data, (x) => x + generator.integer(most));
    return { ...batch, data };
  },
);

/** Ends its thread at the first batch whose first byte is this. */
export const exitAt = defineTransform(import.meta.url, "exitAt", (byte: number) => (batch) => {
  if (batch.data[0] === byte) process.exit(7);
  return batch;
});

export const throwAt = defineTransform(import.meta.url, "throwAt", (byte: number) => (batch) => {
  if (batch.data[0] === byte) throw new RangeError("cannot take this");
  return batch;
});

/** Counts its calls where both threads see it. */
export const counted = defineTransform(
  import.meta.url,
  "counted",
  (calls: Int32Array<SharedArrayBuffer>) => (batch) => {
    Atomics.add(calls, 0, 1);
    Atomics.notify(calls, 0);
    return batch;
  },
);
