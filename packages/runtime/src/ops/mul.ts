import { quantizedBinary } from "../internal/quantized-binary.ts";

/** y = a · b on 8-bit tensors of one shape and format. Attributes: as in `add`. */
export const mul = quantizedBinary("mul", "quantizedMul");
