import { readConv } from "../internal/conv-geometry.ts";
import {
  bindClamp,
  checkFloatLayer,
  prepareFloatLayer,
  readClamp,
  withClamp,
} from "../internal/float-layer.ts";
import type { FloatLayerConstants } from "../internal/float-layer.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * float32 convolution. Values and geometry as in `conv`; constants `weight` (O, kernel …, C / groups) and `bias` (O), both float32.
 * Attributes `low`, `high`: y is clamped to this range, which has no such end when absent.
 */
export const floatConv: OpDefinition = {
  name: "floatConv",
  version: 1,
  kernels: withClamp("conv"),

  check(step) {
    const { channels, output } = readConv(step, "float32");
    checkFloatLayer(step, channels);
    readClamp(step);
    return [output];
  },

  prepare: prepareFloatLayer,

  bind(step, buffers, kernels) {
    const shape = readConv(step, "float32").shape();
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, bias = null } = buffers.constants as FloatLayerConstants;
    const clamp = bindClamp(step, y, kernels);
    return () => {
      kernels.conv(x, weight, bias, y, shape);
      clamp();
    };
  },
};
