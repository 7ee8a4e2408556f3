/** Run by `threads.test.ts`: starts workers, waits for them, and ends by itself. */
import { setTimeout } from "node:timers/promises";

import { registrations } from "../src/index.ts";

const opened = await registrations.find(({ name }) => name === "wasm-simd128-threads")!.open();
if (!("provider" in opened)) throw new Error(opened.unavailable);
const { provider } = opened;
provider.setThreads(4);
provider.kernels.accumulate!(new Float32Array(1), new Float32Array(1), 1);
while (provider.description.includes("starting")) await setTimeout(10);
console.log(provider.description.split(", ")[1]);
