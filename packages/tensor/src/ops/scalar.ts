import { BinaryOp } from "@octavo/spec";
import { unaryOp } from "../internal/define-unary.ts";
import { broadcastTo } from "../internal/strided.ts";
import { requireFloat } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";

type Scalar = { readonly value: number };

const addScalarOp = unaryOp<Scalar>({
  name: "addScalar",
  operator: "affine",
  reads: "nothing",
  parameters: ({ value }) => [1, value],
});

const mulScalarOp = unaryOp<Scalar>({
  name: "mulScalar",
  operator: "affine",
  reads: "nothing",
  // Adding −0 changes nothing, not even the sign of a zero.
  parameters: ({ value }) => [value, -0],
});

/** x + value */
export const addScalar = (x: Tensor, value: number): Tensor => applyOp(addScalarOp, [x], { value });
/** x · value */
export const mulScalar = (x: Tensor, value: number): Tensor => applyOp(mulScalarOp, [x], { value });

function withScalar(
  name: string,
  code: number,
  slope: (x: Tensor, value: number) => Tensor,
): Op<[Tensor], Scalar> {
  return {
    name,
    shape: ([x]) => {
      requireFloat(x, name);
      return { shape: x.shape, memoryFormat: x.memoryFormat };
    },
    forward: (kernels, [x], y, { value }) =>
      kernels.binary(code, x.data, Float32Array.of(value), y.data, broadcastTo(y, x, { shape: [] })),
    backward: (_, gradient, { inputs: [x], attributes: { value } }) => [mul(gradient, slope(x, value))],
  };
}

const powScalarOp = withScalar("powScalar", BinaryOp.pow, (x, value) =>
  // d x⁰ is 0 everywhere; 0 · x⁻¹ would be NaN at 0.
  value === 0 ? mulScalar(x, 0) : mulScalar(powScalar(x, value - 1), value),
);

/** x^value */
export const powScalar = (x: Tensor, value: number): Tensor => applyOp(powScalarOp, [x], { value });

const divScalarOp: Op<[Tensor], Scalar> = {
  ...withScalar("divScalar", BinaryOp.div, (x) => x),
  backward: (_, gradient, { attributes: { value } }) => [divScalar(gradient, value)],
  saves: { inputs: false },
};

/** x / value, rounded once. */
export const divScalar = (x: Tensor, value: number): Tensor => applyOp(divScalarOp, [x], { value });
