import type { QParams } from "@octavo/spec";
import { isExact } from "../internal/is-exact.ts";
import { requireFloat } from "../internal/require.ts";
import { factorPlace } from "../internal/scaled.ts";
import type { FactorPlace } from "../internal/scaled.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { div, mul } from "./arithmetic.ts";
import { fakeQuantize } from "./fake-quantize.ts";

const name = "scaledFakeQuantize";

const scaledFakeQuantizeOp: Op<[x: Tensor, factor: Tensor], QParams & FactorPlace> = {
  name,
  shape([x, factor]) {
    requireFloat(x, name);
    requireFloat(factor, name);
    return x;
  },
  forward(kernels, [x, factor], y, { scale, zeroPoint, blocks, quantMin, quantMax }) {
    const zeroPoints = zeroPoint as Int32Array;
    kernels.scaledFakeQuantize(x.data, factor.data, scale, zeroPoints, y.data, blocks, quantMin, quantMax);
  },
  // With s = x f and y = q(s) / f:  ds = [s in range] dy / f;  dx = f ds;  df = Σ x ds − Σ dy y / f
  backward(kernels, dy, { inputs: [x, factor], output: y, attributes }) {
    const { scale, zeroPoint, blocks, quantMin, quantMax } = attributes;
    const [dx, dFactor] = [new Tensor(x), new Tensor(factor)];
    kernels.scaledFakeQuantizeGradient(
      x.data,
      factor.data,
      y.data,
      dy.data,
      scale,
      zeroPoint as Int32Array,
      dx.data,
      dFactor.data,
      blocks,
      quantMin,
      quantMax,
    );
    return [dx, dFactor];
  },
  saves: { inputs: true, output: true },
};

/**
 * `div(fakeQuantize(mul(x, factor)), factor)`, bit for bit, in one pass where the factor varies along one axis, that of the
 * quantizer if it has one: the weight of a convolution with batch norm in quantization-aware training (Jacob et al. 2018,
 * section 3.2).
 * @param factor broadcast to x.
 * @param qparams with integer zero points; must not change before backward.
 * @throws ShapeError, DTypeError for inputs that do not fit.
 */
export function scaledFakeQuantize(x: Tensor, factor: Tensor, qparams: QParams): Tensor {
  const { scale, axis, quantMin, quantMax } = qparams;
  const zeroPoint = qparams.zeroPoint as Int32Array;
  const place = factorPlace(x, factor);
  const isOne = scale.length === 1 && (axis === null || x.shape[axis] === 1);
  const fits = isOne || (axis === place?.axis && scale.length === place.blocks.channels);
  if (place && fits && [quantMin, quantMax].every(isExact) && zeroPoint.every(isExact)) {
    return applyOp(scaledFakeQuantizeOp, [x, factor], { ...qparams, ...place });
  }
  return div(fakeQuantize(mul(x, factor), scale, zeroPoint, { axis, quantMin, quantMax }), factor);
}
