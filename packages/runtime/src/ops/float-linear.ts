import { gemmShape } from "@octavo/spec";

import { readLinear } from "../internal/linear-geometry.ts";
import { checkFloatLayer, readFloatWeight } from "../internal/float-layer.ts";
import { givenFloats } from "../internal/given-floats.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** float32 linear layer, y = x Wᵀ + b: x (…, I) → y (…, O), contiguous. Constants: `weight` (O, I), `bias` (O), both float32. */
export const floatLinear: OpDefinition = {
  name: "floatLinear",
  version: 1,
  kernels: ["gemm"],

  check(step) {
    const geometry = readLinear(step, "float32");
    checkFloatLayer(step, geometry.channels);
    return [geometry.output(step)];
  },

  prepare: (step) => ({ weight: asIs(readFloatWeight(step)), ...givenFloats(step, "bias") }),

  bind(step, buffers, kernels) {
    const { inFeatures: k, channels: n } = readLinear(step, "float32");
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, bias = null } = buffers.constants as { weight: Float32Array; bias?: Float32Array };
    const shape = gemmShape({
      batch: 1,
      m: y.length / n,
      n,
      k,
      transposeA: false,
      transposeB: true,
      strideA: 0,
      strideB: 0,
      strideC: 0,
      accumulate: false,
    });
    return () => kernels.gemm(x, weight, bias, y, shape);
  },
};
