/**
 * Run by `allocation.test.ts`. Prints as JSON the bytes per run, of objects and of array buffers, and which
 * of the callers' arrays the session still holds after a run.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { load } from "../src/index.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { int8s } from "./random-program.ts";

// Not by an argument of the process, which workers would refuse.
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const runs = 40_000;
const net = new ProgramBuilder();
const x = net.input("image", { shape: [-1, 2, 5, 4], dtype: "float32" });
const q = net.op("quantize", [x], { shape: [-1, 2, 5, 4], scale: 0.02, zeroPoint: 128 });
const y = net.op(
  "conv",
  [q],
  { shape: [-1, 3, 3, 2], scale: 0.1, zeroPoint: 7 },
  {},
  {
    weight: ["qint8", [3, 3, 3, 2], int8s(1, 54)],
    weightScale: ["float32", [1], Float32Array.of(0.01)],
  },
);
const program = net.build(net.op("dequantize", [y], { shape: [-1, 3, 3, 2], dtype: "float32" }));
const session = await load(program, { kernels: { use: process.argv[2] }, threads: 1 });
const input = { data: new Float32Array(40).fill(0.3), shape: [1, 2, 5, 4] };
const result = session.run(input);
const growth = () => {
  gc();
  const before = process.memoryUsage();
  for (let i = 0; i < runs; i++) session.run(input, result);
  const after = process.memoryUsage();
  return {
    objects: (after.heapUsed - before.heapUsed) / runs,
    buffers: (after.external - before.external) / runs,
  };
};
// In the first, functions are compiled.
growth();
const { objects, buffers } = growth();

const image = () => ({ data: new Float32Array(40).fill(0.3), shape: [1, 2, 5, 4] });
const given = new Map<string, WeakRef<object>>();
function runOnce(): void {
  const input = image();
  const earlier = session.run(input);
  session.run(input, earlier);
  given.set("input", new WeakRef(input.data)).set("result", new WeakRef(earlier.data));
}
async function runAsideOnce(): Promise<void> {
  const input = image();
  const { data } = await session.runAsync(input);
  given.set("input of runAsync", new WeakRef(input.data)).set("result of runAsync", new WeakRef(data));
}
runOnce();
await runAsideOnce();
await new Promise(setImmediate);
gc();
const held = [...given].filter(([, array]) => array.deref()).map(([name]) => name);
console.log(JSON.stringify({ objects, buffers, held }));
session.dispose();
