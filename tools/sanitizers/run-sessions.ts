// Sessions of several worker_threads at once, in a Node into which the thread sanitizer is loaded:
//   node --conditions=@octavo/source run-sessions.ts <the addon>
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { load } from "../../packages/runtime/src/index.ts";
import { sessionTasks } from "./session-tasks.ts";
import type { SessionWork } from "./session-worker.ts";
import { useAddon } from "./use-addon.ts";

const addon = process.argv[2]!;
const kernels = await useAddon(addon);
const expected: Float32Array[] = [];
for (const { program, input } of sessionTasks) {
  const session = await load(program, { threads: 1 });
  expected.push(session.run(input).data);
  session.dispose();
}

function start(): Worker {
  const workerData: SessionWork = { addon, expected };
  return new Worker(new URL("session-worker.ts", import.meta.url), { workerData });
}

/** Resolves to the number of its results when the worker ends; all of them were right. */
function work(): Promise<number> {
  const worker = start();
  let count = 0;
  worker.on("message", (soFar) => (count = soFar));
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (code) =>
      code === 0 ? resolve(count) : reject(new Error(`a worker ended by ${code}`)),
    );
  });
}

/** Ends the worker while it works. */
async function workAndStop(): Promise<number> {
  const worker = start();
  const [count] = await once(worker, "message");
  await worker.terminate();
  return count;
}

const counts = await Promise.all([work(), work(), work(), workAndStop(), workAndStop()]);
const count = counts.reduce((sum, one) => sum + one);
console.log(`${kernels}, ${count} results with the bits of a single thread`);
