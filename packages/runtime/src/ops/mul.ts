import { bindPair, quantizedBinary } from "../internal/quantized-binary.ts";

/** y = a · b on 8-bit tensors, broadcast as in torch. Attributes: `low` and `high` as in `add`. */
export const mul = quantizedBinary("mul", {
  kernel: () => "quantizedMul",
  bind: (step, kernels) => bindPair("quantizedMul", step, kernels),
});
