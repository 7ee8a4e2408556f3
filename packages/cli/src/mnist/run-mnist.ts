import { mkdir } from "node:fs/promises";
import { loadKernels } from "@octavo/backend";
import { explain } from "octavo";
import type { Engine } from "octavo";
import { forOption } from "../for-option.ts";
import { UsageError } from "../option.ts";
import { dataSets } from "./data-sets.ts";
import { runJob } from "./job.ts";
import { summaryLine } from "./summary-line.ts";
import { table } from "./table.ts";

/** Values of the command's options. */
export interface MnistOptions {
  readonly epochs: number;
  readonly "qat-epochs": number;
  readonly "batch-size": number;
  readonly engine: Engine;
  readonly seed: number;
  readonly data: keyof typeof dataSets;
  readonly dir: string;
  readonly kernels: string;
  readonly threads: number | null;
  readonly out: string;
  readonly checkpoint: string;
}

/** The command: data, kernels and folder first, so that what is wrong with them is said before minutes of training. */
export async function runMnist(options: MnistOptions): Promise<number> {
  const { data, dir, kernels, threads, out, checkpoint } = options;
  const started = performance.now();
  if (kernels || threads) {
    const choice = { use: kernels || undefined, threads: threads ?? undefined };
    await forOption("octavo mnist --kernels", () => loadKernels(choice));
  }
  const read = () => dataSets[data](dir);
  const images = await (dir ? forOption(`octavo mnist --dir ${dir}`, read) : read());
  requireBatch(options["batch-size"], images.train.labels.length);
  await makeFolder("--out", out);
  if (checkpoint) await makeFolder("--checkpoint", checkpoint);
  console.log(`${data}, kernels: ${explain().primary}\n`);
  const settings = { ...options, qatEpochs: options["qat-epochs"], batchSize: options["batch-size"] };
  const results = await runJob(images, settings, console.log);
  const { float, fakeQuant, qatInt8, ptqInt8, identical } = results;
  console.log(`\n${table([float, fakeQuant, qatInt8, ptqInt8])}`);
  console.log(`\nKernels that ran the int8 program:\n${results.kernels}`);
  console.log(`\nThe whole job took ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
  console.log(summaryLine(results));
  return identical.same === identical.of ? 0 : 1;
}

/** Training leaves out a batch that is not full. @throws UsageError if that would be all. */
function requireBatch(batchSize: number, images: number): void {
  if (batchSize <= images) return;
  throw new UsageError({
    where: "octavo mnist --batch-size",
    expected: `at most ${images}, the number of training images`,
    got: String(batchSize),
  });
}

/** @throws UsageError if there cannot be such a folder. */
async function makeFolder(option: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: Error) => {
    const where = `octavo mnist ${option}`;
    throw new UsageError({ where, expected: "a folder that can be made", got: cause.message, cause });
  });
}
