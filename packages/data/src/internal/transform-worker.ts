/** A thread that prepares batches: see `TransformWorkers`. */
import { OctavoError } from "@octavo/spec";
import type { ErrorParts } from "@octavo/spec";
import { Generator } from "@octavo/tensor";
import type { TransformRecipe } from "../define-transform.ts";
import type { ImageBatch } from "../transform.ts";
import { makeTransform } from "./make-transform.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
const transform = makeTransform(workerData as TransformRecipe);
// It is awaited with each batch; a failure is told there.
transform.catch(() => {});

parentPort!.on("message", async ({ call, batch, seed }: WorkerRequest) => {
  try {
    const own = { ...batch, data: batch.data.slice() };
    const prepared = (await transform)(own, new Generator(seed));
    const answer: WorkerAnswer = { call, batch: placedIn(batch.data.buffer, prepared) };
    parentPort!.postMessage(answer, []);
  } catch (error) {
    const answer: WorkerAnswer = { call, error: partsOf(error) };
    parentPort!.postMessage(answer, []);
  }
});

/** A batch in the memory in which it came; in its own, which the message copies, if it does not fit. */
function placedIn(room: ArrayBufferLike, batch: ImageBatch): ImageBatch {
  const { data } = batch;
  if (data.byteLength > room.byteLength) return { ...batch, data: data.slice() };
  const place = new (data.constructor as Float32ArrayConstructor)(room, 0, data.length);
  place.set(data);
  return { ...batch, data: place };
}

function partsOf(error: unknown): ErrorParts {
  if (OctavoError.isInstance(error)) {
    const { where, expected, got, hint } = error;
    return { where, expected, got, hint };
  }
  const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { where: "DataLoader, transform", expected: "a batch", got };
}
