import type { Kernels, Q8 } from "@octavo/spec";

import type { OpDefinition } from "../op-definition.ts";
import { expectAligned } from "./elementwise.ts";
import { readRange } from "./quantized-layer.ts";

/** An op of two 8-bit tensors of one shape and format, by a kernel that takes both qparams. */
export function quantizedBinary(name: string, kernel: "quantizedAdd" | "quantizedMul"): OpDefinition {
  return {
    name,
    version: 1,
    kernels: [kernel],
    inPlace: () => [0, 1],

    check(step) {
      step.expectCounts(2);
      for (const value of [...step.inputs, ...step.outputs]) step.quantized8(value);
      readRange(step, step.outputs[0]);
      expectAligned(step, ...step.inputs, ...step.outputs);
      return [step.inputs[0].shape];
    },

    bind(step, buffers, kernels: Kernels) {
      const [a, b] = step.inputs.map((value) => step.quantized8(value).qparams);
      const { scale, zeroPoint } = step.quantized8(step.outputs[0]).qparams;
      const { low, high } = readRange(step, step.outputs[0]);
      const [aData, bData] = buffers.inputs as Q8[];
      const [y] = buffers.outputs as Q8[];
      return () =>
        kernels[kernel](
          aData,
          a.scale,
          a.zeroPoint,
          bData,
          b.scale,
          b.zeroPoint,
          y,
          scale,
          zeroPoint,
          low,
          high,
        );
    },
  };
}
