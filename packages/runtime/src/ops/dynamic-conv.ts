import { readConv } from "../internal/conv-geometry.ts";
import { dynamicLayer } from "../internal/dynamic-layer.ts";

/**
 * Convolution with 8-bit weights on float32: each call quantizes its inputs by their own range. Values and geometry as in `floatConv`;
 * constants `weight` qint8 (O, kernel …, C / groups), `weightScale` [1] or [O], `bias` float32 (O). Attributes: also `reduceRange`
 * false: 7 bits for the inputs, as fbgemm.
 */
export const dynamicConv = dynamicLayer("dynamicConv", readConv);
