/** Run by `allocation.test.ts` with --expose-gc: prints bytes per run, of objects and of array buffers, as JSON. */
import { load } from "../src/index.ts";
import { smallProgram } from "./small-program.ts";

const runs = 40_000;
const session = await load(smallProgram(), { kernels: { use: process.argv[2] }, threads: 1 });
const input = { data: new Float32Array(40).fill(0.3), shape: [1, 2, 5, 4] };
const result = session.run(input);
const growth = () => {
  gc!();
  const before = process.memoryUsage();
  for (let i = 0; i < runs; i++) session.run(input, result);
  const after = process.memoryUsage();
  return {
    objects: (after.heapUsed - before.heapUsed) / runs,
    buffers: (after.external - before.external) / runs,
  };
};
// In the first, functions are compiled; of the others the smallest, since what a run allocates is in each of them.
growth();
const measured = [growth(), growth(), growth()];
const least = (what: "objects" | "buffers") => Math.min(...measured.map((one) => one[what]));
console.log(JSON.stringify({ objects: least("objects"), buffers: least("buffers") }));
