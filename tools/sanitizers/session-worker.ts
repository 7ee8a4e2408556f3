// One worker_thread of run-sessions.ts: sessions that come and go, each used by `run` and `runAsync` at once.
import { parentPort, workerData } from "node:worker_threads";
import { load } from "../../packages/runtime/src/index.ts";
import { bitDifference } from "../../packages/testing/src/index.ts";
import { sessionTasks } from "./session-tasks.ts";
import { useAddon } from "./use-addon.ts";

/** What the worker is told. */
export interface SessionWork {
  readonly addon: string;
  /** Of each of `sessionTasks`. */
  readonly expected: readonly Float32Array[];
}

const { addon, expected } = workerData as SessionWork;
/** The last: more than there are cores, so that a session has helpers even where others keep the cores busy. */
const threadCounts = [1, 2, 8];
const lives = 3;
const rounds = 5;

await useAddon(addon);
let count = 0;
for (let life = 0; life < lives; life++) {
  for (const threads of threadCounts) for (const task of sessionTasks.keys()) await live(task, threads);
  parentPort!.postMessage(count, []);
}

async function live(task: number, threads: number): Promise<void> {
  const { program, input } = sessionTasks[task];
  const session = await load(program, { threads });
  for (let round = 0; round < rounds; round++) {
    const aside = [session.runAsync(input), session.runAsync(input)];
    const results = [session.run(input), session.run(input), ...(await Promise.all(aside))];
    for (const { data } of results) {
      const difference = bitDifference(data, expected[task]);
      if (difference !== null) throw new Error(`'${program.name}', ${threads} threads: ${difference}`);
    }
    count += results.length;
  }
  // It goes while another thread computes for it.
  const unfinished = session.runAsync(input).catch(() => null);
  session.dispose();
  await unfinished;
}
