import type { Q8 } from "@octavo/spec";

import { readConvTranspose } from "../internal/conv-geometry.ts";
import {
  checkLayer,
  readLayer,
  readRequantization,
  readWeightZeroPoint,
} from "../internal/quantized-layer.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Quantized transposed convolution over 1 to 3 spatial axes.
 *
 * Values: x (N, C, spatial …) → y (N, O, spatial …), both 8-bit and channels-last.
 * Constants: `weight` qint8 (C, kernel …, O / groups); `weightScale`, `weightZeroPoint`, `bias` per y channel, as in `conv`.
 * Attributes: as in `conv`, and `outputPadding` 0.
 */
export const convTranspose: OpDefinition = {
  name: "convTranspose",
  version: 1,
  kernels: ["quantizedConvTranspose"],

  check(step) {
    const geometry = readConvTranspose(step, "qint8");
    checkLayer(step, geometry.channels);
    return [geometry.output(step)];
  },

  prepare(step) {
    const { weight, channels } = readConvTranspose(step, "qint8");
    const { bias, multiplier } = readRequantization(step, channels);
    const zeroPoint = readWeightZeroPoint(step, channels);
    return {
      weight: asIs(weight.data),
      zeroPoint: asIs(zeroPoint),
      bias: asIs(bias),
      multiplier: asIs(multiplier),
    };
  },

  bind(step, buffers, kernels) {
    const shape = readConvTranspose(step, "qint8").shape(step);
    const { xZeroPoint, yZeroPoint, low, high } = readLayer(step);
    const [x] = buffers.inputs as Q8[];
    const [y] = buffers.outputs as Q8[];
    const { weight, zeroPoint, bias, multiplier } = buffers.constants as ConvTransposeConstants;
    return () =>
      kernels.quantizedConvTranspose(
        x,
        weight,
        zeroPoint,
        bias,
        multiplier,
        y,
        shape,
        xZeroPoint,
        yZeroPoint,
        low,
        high,
      );
  },
};

type ConvTransposeConstants = {
  weight: Int8Array;
  zeroPoint: Int32Array;
  bias: Float32Array | Int32Array;
  multiplier: Float32Array;
};
