import { readConv } from "../internal/conv-geometry.ts";
import { quantizedLayer } from "../internal/quantized-layer.ts";

/**
 * Quantized convolution over 1 to 3 spatial axes.
 *
 * Values: x (N, C, spatial …) → y, both 8-bit and channels-last.
 * Constants: `weight` qint8 (O, kernel …, C / groups); `weightScale` float32 [1] or [O]; `weightZeroPoint` int32 [1] or
 * [O], 0 when absent; `bias` float32 [O] in real units, 0 when absent.
 * Attributes: `stride` 1, `padding` 0 (per axis, or all befores then all afters), `dilation` 1, `groups` 1; `low`, `high`:
 * range of y (ReLU: low is its zero point), by default its quantMin and quantMax; `torchEngine` "qnnpack".
 */
export const conv = quantizedLayer("conv", readConv);
