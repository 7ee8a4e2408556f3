import { readConv } from "../internal/conv-geometry.ts";
import { convMethod } from "../internal/conv-method.ts";
import { bindConv, checkLayer, prepareConv } from "../internal/quantized-layer.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Quantized convolution over 1 to 3 spatial axes.
 *
 * Values: x (N, C, spatial …) → y, both 8-bit and channels-last.
 * Constants: `weight` qint8 (O, kernel …, C / groups); `weightScale` float32 [1] or [O]; `weightZeroPoint` int32 [1] or
 * [O], 0 when absent; `bias` float32 [O] in real units, 0 when absent.
 * Attributes: `stride` 1, `padding` 0 (per axis, or all befores then all afters), `dilation` 1, `groups` 1; `low`, `high`:
 * range of y (ReLU: low is its zero point), by default its quantMin and quantMax; `torchEngine` "qnnpack".
 */
export const conv: OpDefinition = {
  name: "conv",
  version: 1,
  kernels: ["quantizedConv"],
  method: convMethod,

  check(step) {
    const geometry = readConv(step, "qint8");
    checkLayer(step, geometry.channels);
    return [geometry.output(step)];
  },

  prepare: (step, kernels) => prepareConv(step, kernels, readConv(step, "qint8").shape(step)),

  bind: (step, buffers, kernels) => bindConv(step, buffers, kernels, readConv(step, "qint8").shape(step)),
};
