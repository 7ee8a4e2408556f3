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
    const prepared = alone((await transform)(batch, new Generator(seed)));
    const answer: WorkerAnswer = { call, batch: prepared };
    parentPort!.postMessage(answer, [prepared.data.buffer as ArrayBuffer]);
  } catch (error) {
    const answer: WorkerAnswer = { call, error: partsOf(error) };
    parentPort!.postMessage(answer, []);
  }
});

/** A batch whose buffer holds nothing else, so that it can be handed over. */
function alone(batch: ImageBatch): ImageBatch {
  const { data } = batch;
  return data.byteLength === data.buffer.byteLength ? batch : { ...batch, data: data.slice() };
}

function partsOf(error: unknown): ErrorParts {
  if (OctavoError.isInstance(error)) {
    const { where, expected, got, hint } = error;
    return { where, expected, got, hint };
  }
  const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { where: "DataLoader, transform", expected: "a batch", got };
}
