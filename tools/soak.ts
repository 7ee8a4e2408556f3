// A hundred thousand inferences in four worker_threads, each with a session of its own, native threads included: every result
// has the same bits, and the memory of the process does not grow.
//   node tools/bootstrap.mjs run tools/soak.ts [--count 100000] [--threads 2] [--kernels native]
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { loadKernels, resolve } from "../packages/backend/src/index.ts";
import { report } from "./emulated/report.ts";
import type { Progress } from "./soak/soak-worker.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    threads: { type: "string", default: "2" },
    kernels: { type: "string" },
  },
});
const workers = 4;
const parts = 20;
/** What the memory may be larger by in the last tenth than in the first fifth: pages of collectors that ran at other times. */
const slack = 8 * 2 ** 20;

await loadKernels({ use: values.kernels });
const use = resolve("quantizedConv").name;
const count = Math.ceil(Number(values.count) / workers / parts);
const resident: number[] = [];
const problems: string[] = [];
const started = performance.now();
await Promise.all(Array.from({ length: workers }, (_, i) => run(i)));
const ms = performance.now() - started;

const early = Math.max(...resident.slice(0, resident.length / 5));
const late = Math.min(...resident.slice(-resident.length / 10));
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const memory = `resident ${megabytes(early)} at first, ${megabytes(late)} at last`;
if (late > early + slack) problems.push(`the process grew: ${memory}`);
const done = count * parts * workers;
const remark = `${use}, ${memory}, ${(ms / 1000).toFixed(0)} s, ${((1000 * ms) / done).toFixed(0)} µs each`;
report(`${done} inferences in ${workers} worker_threads, memory flat`, problems.join("\n") || null, remark);

function run(seed: number): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("soak/soak-worker.ts", import.meta.url), {
      workerData: { seed, parts, count, use, threads: Number(values.threads) },
    });
    worker.on("message", ({ resident: bytes, wrong }: Progress) => {
      resident.push(bytes);
      if (wrong > 0) problems.push(`worker ${seed}: ${wrong} results differ from the first`);
    });
    worker.on("error", (error) => problems.push(`worker ${seed}: ${error.message}`));
    worker.on("exit", () => resolve());
  });
}
