/** Run by `dropped-sessions.test.ts`: prints how many workers sessions started, and how many ended when these were collected. */
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { load } from "../src/index.ts";
import { smallProgram } from "./small-program.ts";

// Not by an argument of the process, which workers would refuse.
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const sessions = 3;
const counts = { started: 0, ended: 0 };
process.on("worker", (worker) => {
  counts.started++;
  worker.on("exit", () => counts.ended++);
});

async function runOnce(): Promise<void> {
  const session = await load(smallProgram(), { kernels: { use: "reference" } });
  // The program's worker has to outlive the call, whoever holds the session.
  const result = session.runAsync({ data: new Float32Array(40).fill(0.3), shape: [1, 2, 5, 4] });
  gc();
  await result;
}

for (let i = 0; i < sessions; i++) await runOnce();
for (let i = 0; i < 200 && counts.ended < sessions; i++) {
  await setTimeout(20);
  gc();
}
console.log(JSON.stringify(counts));
