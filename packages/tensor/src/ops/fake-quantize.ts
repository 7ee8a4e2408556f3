import { axisOf } from "../internal/axis-of.ts";
import { ArgumentError, channelBlocksOf } from "@octavo/spec";
import { kindOf } from "../internal/kind-of.ts";
import { floatsOf, integersOf } from "../internal/numbers-of.ts";
import type { Numbers } from "../internal/numbers-of.ts";
import { passedGradient } from "../internal/passed-gradient.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

interface FakeQuantizeAttributes {
  readonly scale: Float32Array;
  readonly zeroPoint: Int32Array;
  readonly axis: number | null;
  readonly quantMin: number;
  readonly quantMax: number;
}

const fakeQuantizeOp: Op<[Tensor], FakeQuantizeAttributes> = {
  name: "fakeQuantize",
  shape([x], { scale, zeroPoint, axis }) {
    requireFloat(x, "fakeQuantize");
    const channels = axis === null ? 1 : x.shape[axis];
    requireShape(
      scale.length === channels && zeroPoint.length === channels,
      "fakeQuantize",
      `${channels} scales and zero points`,
      `${scale.length} and ${zeroPoint.length}`,
    );
    return { shape: x.shape, memoryFormat: x.memoryFormat };
  },
  forward(kernels, [x], y, { scale, zeroPoint, axis, quantMin, quantMax }) {
    const rounding = { scale: scale[0], zeroPoint: zeroPoint[0], quantMin, quantMax };
    const joined = axis === null ? x.storage.waiting?.quantized?.(rounding) : null;
    if (joined) return y.storage.defer(joined);
    const blocks = channelBlocksOf(x.shape, axis, x.memoryFormat);
    kernels.fakeQuantize(x.data, scale, zeroPoint, y.data, blocks, quantMin, quantMax);
  },
  backward(kernels, gradient, { inputs: [x], output: y, attributes }) {
    const { scale, zeroPoint, axis, quantMin, quantMax } = attributes;
    const blocks = channelBlocksOf(x.shape, axis, x.memoryFormat);
    return [
      passedGradient(gradient, x, y, x, (dy, dx) => {
        kernels.fakeQuantizeGradient(x.data, dy, scale, zeroPoint, dx, blocks, quantMin, quantMax);
      }),
    ];
  },
};

/**
 * y = (clamp(rne(x · fl(1/scale)) + zeroPoint, quantMin, quantMax) − zeroPoint) · scale: quantized and dequantized, in
 * float32. The gradient passes where the integer lies in the range (straight-through; Jacob et al. 2018).
 * @param scale one entry, or one per index of `axis`; copied, so that it may change before backward.
 * @throws ArgumentError for scales and zero points that are no numbers, and for options that are missing.
 */
export function fakeQuantize(
  x: Tensor,
  scale: Numbers,
  zeroPoint: Numbers,
  options: { axis?: number | null; quantMin: number; quantMax: number },
): Tensor {
  requireTensor(x, "fakeQuantize");
  const { axis = null, quantMin, quantMax } = options ?? {};
  if (typeof quantMin !== "number" || typeof quantMax !== "number") throw rangeMissing(options);
  return applyOp(fakeQuantizeOp, [x], {
    scale: floatsOf(scale, "fakeQuantize", "scale").slice(),
    zeroPoint: integersOf(zeroPoint, "fakeQuantize", "zeroPoint").slice(),
    axis: axis === null ? null : axisOf(axis, x.shape, "fakeQuantize"),
    quantMin,
    quantMax,
  });
}

function rangeMissing(options: unknown): ArgumentError {
  return new ArgumentError({
    where: whereOf("fakeQuantize"),
    expected: "options quantMin and quantMax, numbers",
    got: kindOf(options),
    hint: "fakeQuantize(x, scale, zeroPoint, { quantMin: 0, quantMax: 255 }).",
  });
}
