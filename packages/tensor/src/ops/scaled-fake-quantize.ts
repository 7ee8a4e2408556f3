import { BinaryOp, broadcast, channelBlocksOf } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { requireFloat, requireShape } from "../internal/require.ts";
import { sameShape } from "../internal/same-shape.ts";
import { broadcastTo } from "../internal/strided.ts";
import { sumTo } from "../internal/sum-to.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";

const name = "scaledFakeQuantize";

const scaledFakeQuantizeOp: Op<[x: Tensor, factor: Tensor, scaled: Tensor], QParams> = {
  name,
  shape([x, factor, scaled], { scale, axis }) {
    for (const input of [x, factor, scaled]) requireFloat(input, name);
    const fits = sameShape(scaled.shape, x.shape) && scaled.memoryFormat === x.memoryFormat;
    requireShape(fits, name, "x · factor in the shape and layout of x", scaled.shape);
    const channels = axis === null ? 1 : x.shape[axis];
    requireShape(scale.length === channels, name, `${channels} scales`, `${scale.length}`);
    return { shape: x.shape, memoryFormat: x.memoryFormat };
  },
  forward(kernels, [x, factor, scaled], y, { scale, zeroPoint, axis, quantMin, quantMax }) {
    const rounded = new Tensor(x);
    const blocks = channelBlocksOf(x.shape, axis, x.memoryFormat);
    const zeroPoints = zeroPoint as Int32Array;
    kernels.fakeQuantize(scaled.data, scale, zeroPoints, rounded.data, blocks, quantMin, quantMax);
    kernels.binary(BinaryOp.div, rounded.data, factor.data, y.data, broadcastTo(x, x, factor));
  },
  // With s = x f and y = q(s) / f:  ds = [s in range] dy / f;  dx = f ds;  df = Σ x ds − Σ dy y / f
  backward(kernels, dy, { inputs: [x, factor, scaled], output: y, attributes, needs }) {
    const { scale, zeroPoint, axis, quantMin, quantMax } = attributes;
    const repeated = broadcastTo(x, x, factor);
    const each = broadcast({ sizes: [x.numel], aStrides: [1], bStrides: [1] });
    const of = (code: number, a: Tensor, b: Tensor, shape = each) => {
      const result = new Tensor(x);
      kernels.binary(code, a.data, b.data, result.data, shape);
      return result;
    };
    const ds = of(BinaryOp.div, dy, factor, repeated);
    const blocks = channelBlocksOf(x.shape, axis, x.memoryFormat);
    const zeroPoints = zeroPoint as Int32Array;
    kernels.fakeQuantizeGradient(
      scaled.data,
      ds.data,
      scale,
      zeroPoints,
      ds.data,
      blocks,
      quantMin,
      quantMax,
    );
    const dx = needs[0] ? of(BinaryOp.mul, ds, factor, repeated) : null;
    if (!needs[1]) return [dx, null, null];
    const quotient = of(BinaryOp.div, of(BinaryOp.mul, dy, y), factor, repeated);
    const [gain, loss] = [sumTo(of(BinaryOp.mul, ds, x), factor.shape), sumTo(quotient, factor.shape)];
    kernels.accumulate(loss.data, gain.data, -1);
    return [dx, gain, null];
  },
  saves: { inputs: true, output: true },
};

/**
 * `div(fakeQuantize(mul(x, factor)), factor)` as one operation, bit for bit: the weight of a convolution with batch norm
 * in quantization-aware training (Jacob et al. 2018, section 3.2).
 * @param factor broadcast to x.
 * @param scaled x · factor, which an observer has seen; gradients flow past it, by x and `factor`.
 * @param qparams with integer zero points; must not change before backward.
 * @throws ShapeError, DTypeError for inputs that do not fit.
 */
export function scaledFakeQuantize(x: Tensor, factor: Tensor, scaled: Tensor, qparams: QParams): Tensor {
  return applyOp(scaledFakeQuantizeOp, [x, factor, scaled], qparams);
}
