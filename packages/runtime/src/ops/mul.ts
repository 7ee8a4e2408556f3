import { quantizedBinary } from "../internal/quantized-binary.ts";

/** y = a · b on 8-bit tensors, broadcast as in torch. Attributes: as in `add`. */
export const mul = quantizedBinary("mul", "quantizedMul");
