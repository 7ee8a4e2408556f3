import { quantizedBinary } from "../internal/quantized-binary.ts";

/**
 * y = a + b on 8-bit tensors, broadcast as in torch.
 * Attributes: `low`, `high`: range of y (ReLU: low is its zero point), by default its quantMin and quantMax.
 */
export const add = quantizedBinary("add", "quantizedAdd");
