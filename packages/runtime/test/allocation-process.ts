/** Run by `allocation.test.ts` with --expose-gc: prints bytes per run, of objects and of array buffers, as JSON. */
import { load } from "../src/index.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { int8s } from "./random-program.ts";

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
  gc!();
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
console.log(JSON.stringify(growth()));
