import { readLinear } from "../internal/linear-geometry.ts";
import { dynamicLayer } from "../internal/dynamic-layer.ts";

/**
 * Linear layer with 8-bit weights on float32: each call quantizes its inputs by their own range.
 *
 * Values: x (…, I) → y (…, O), both float32, contiguous. Constants: `weight` qint8 (O, I), its `weightScale` [1] or [O], `bias`
 * float32 (O). Attributes: `reduceRange` false: 7 bits for the inputs, as fbgemm.
 */
export const dynamicLinear = dynamicLayer("dynamicLinear", readLinear);
