import { quantizedBinary } from "../internal/quantized-binary.ts";

/**
 * y = a + b on 8-bit tensors of one shape and format.
 * Attributes: `low`, `high`: range of y (ReLU: low is its zero point), by default its quantMin and quantMax.
 */
export const add = quantizedBinary("add", "quantizedAdd");
