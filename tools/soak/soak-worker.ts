// One thread of soak.ts: a session, run again and again; by turns run into new arrays, run into earlier ones, and runAsync.
import { setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { load } from "../../packages/runtime/src/index.ts";
import { imageNetwork } from "../../packages/runtime/test/image-network.ts";
import { floats } from "../../packages/runtime/test/random-program.ts";

/** After each part of the work: bytes of the process, and results with other bits than the first one's. */
export interface Progress {
  readonly resident: number;
  readonly wrong: number;
}

const { seed, parts, count, use, threads } = workerData as Record<
  "seed" | "parts" | "count" | "threads",
  number
> & {
  use: string;
};
const session = await load(imageNetwork().program, { kernels: { use }, threads });
const batches = [1, 2];
const inputs = batches.map((batch) => ({ data: floats(seed, batch * 784), shape: [batch, 1, 28, 28] }));
const expected = inputs.map((input) => session.run(input).data);
const earlier = inputs.map((input) => session.run(input));
for (let part = 0; part < parts; part++) {
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const which = i % 8 === 7 ? 1 : 0;
    const input = inputs[which];
    const { data } =
      i % 16 === 0
        ? await session.runAsync(input)
        : i % 2 === 0
          ? session.run(input)
          : session.run(input, earlier[which]);
    for (let j = 0; j < data.length; j++) {
      if (data[j] === expected[which][j]) continue;
      wrong++;
      break;
    }
  }
  parentPort!.postMessage({ resident: process.memoryUsage.rss(), wrong } satisfies Progress, []);
  await setTimeout(0);
}
session.dispose();
