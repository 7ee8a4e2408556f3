import type { Program } from "@octavo/spec";

import { ProgramBuilder } from "./program-builder.ts";
import { int8s } from "./random-program.ts";

/** A quantized convolution of images of 2 × 5 × 4 float32 values; 3 × 3 × 2 come out. */
export function smallProgram(): Program {
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
  return net.build(net.op("dequantize", [y], { shape: [-1, 3, 3, 2], dtype: "float32" }));
}
