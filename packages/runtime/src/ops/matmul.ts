import { gemmShape, numberOfElements } from "@octavo/spec";

import type { OpDefinition } from "../op-definition.ts";
import { sameShape } from "../step.ts";

/** Matrix product a b, float32, contiguous: (…, m, k) and (…, k, n) with equal leading sizes, or b (k, n). */
export const matmul: OpDefinition = {
  name: "matmul",
  version: 1,
  kernels: ["gemm"],

  check(step) {
    step.expectCounts(2);
    const [a, b] = step.inputs;
    for (const value of [a, b, ...step.outputs]) {
      step.expectDType(value, "float32");
      step.expectContiguous(value);
      step.expectRank(value, 2, 8);
    }
    const leading = a.shape.slice(0, -2);
    const [m, k] = a.shape.slice(-2);
    const [rows, n] = b.shape.slice(-2);
    if (rows !== k || (b.shape.length > 2 && !sameShape(b.shape.slice(0, -2), leading))) {
      step.fail(`a second factor [${[...leading, k, "n"]}]`, `[${b.shape}]`);
    }
    return [[...leading, m, n]];
  },

  bind(step, buffers, kernels) {
    const [a, b] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { shape } = step.inputs[0];
    const [m, k] = shape.slice(-2);
    const n = step.outputs[0].shape[shape.length - 1];
    const gemm = gemmShape({
      batch: numberOfElements(shape.slice(0, -2)),
      m,
      n,
      k,
      transposeA: false,
      transposeB: false,
      strideA: m * k,
      strideB: step.inputs[1].shape.length > 2 ? k * n : 0,
      strideC: m * n,
      accumulate: false,
    });
    return () => kernels.gemm(a, b, null, y, gemm);
  },
};
