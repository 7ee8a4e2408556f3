import { BinaryOp } from "@octavo/spec";
import type { BinaryOpName, MemoryFormat } from "@octavo/spec";
import { broadcastShape } from "../internal/broadcast-shape.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat } from "../internal/require.ts";
import { ResidualSum } from "../internal/residual-sum.ts";
import { sameShape } from "../internal/same-shape.ts";
import { broadcastTo } from "../internal/strided.ts";
import { sumTo } from "../internal/sum-to.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { clamp } from "./activations.ts";
import { full } from "../factories.ts";
import { log, neg, sign } from "./pointwise.ts";
import { addScalar, divScalar, mulScalar, powScalar } from "./scalar.ts";

type Pair = readonly [a: Tensor, b: Tensor];
/** d f/d a · gradient and d f/d b · gradient, before summing over broadcast axes. */
interface Rules {
  readonly name: BinaryOpName;
  readonly saves: Op["saves"];
  da(gradient: Tensor, [a, b]: Pair, y: Tensor): Tensor;
  db(gradient: Tensor, [a, b]: Pair, y: Tensor): Tensor;
}

function binaryOp({ name, saves, da, db }: Rules): Op<[Tensor, Tensor]> {
  const code = BinaryOp[name];
  return {
    name,
    shape: ([a, b]) => {
      requireFloat(a, name);
      requireFloat(b, name);
      const shape = broadcastShape(a.shape, b.shape, name);
      return { shape, memoryFormat: formatOf(shape, a, b) };
    },
    forward: (kernels, [a, b], y) => kernels.binary(code, a.data, b.data, y.data, broadcastTo(y, a, b)),
    backward: (_, gradient, { inputs, output, needs }) => [
      needs[0] ? sumTo(da(gradient, inputs, output), inputs[0].shape) : null,
      needs[1] ? sumTo(db(gradient, inputs, output), inputs[1].shape) : null,
    ],
    saves,
  };
}

/** The format of the input that has the result's shape, so that most elements are read in the order they lie. */
function formatOf(shape: readonly number[], ...inputs: readonly Tensor[]): MemoryFormat {
  const same = inputs.filter((x) => x.rank === shape.length);
  const whole = same.find((x) => sameShape(x.shape, shape));
  if (whole) return whole.memoryFormat;
  return same.some((x) => x.memoryFormat === "channelsLast") ? "channelsLast" : "contiguous";
}

// d (a + b) = da + db
const plainAdd = binaryOp({ name: "add", saves: { inputs: false }, da: (g) => g, db: (g) => g });
const addOp: typeof plainAdd = {
  ...plainAdd,
  forward(kernels, inputs, y, attributes) {
    const joined = ResidualSum.of(...inputs);
    return joined ? y.storage.defer(joined) : plainAdd.forward(kernels, inputs, y, attributes);
  },
};
const subOp = binaryOp({ name: "sub", saves: { inputs: false }, da: (g) => g, db: (g) => neg(g) });
// d (a b) = b da + a db
const mulOp = binaryOp({
  name: "mul",
  saves: { inputs: true },
  da: (g, [, b]) => mul(g, b),
  db: (g, [a]) => mul(g, a),
});
// d (a / b) = da / b − (a / b) db / b
const divOp = binaryOp({
  name: "div",
  saves: { inputs: [false, true], output: true },
  da: (g, [, b]) => div(g, b),
  db: (g, [, b], y) => neg(div(mul(g, y), b)),
});
// Where a = b each gets half, as in torch.
const shareOfLarger = (a: Tensor, b: Tensor) => addScalar(mulScalar(sign(sub(a, b)), 0.5), 0.5);
const maximumOp = binaryOp({
  name: "maximum",
  saves: { inputs: true },
  da: (g, [a, b]) => mul(g, shareOfLarger(a, b)),
  db: (g, [a, b]) => mul(g, shareOfLarger(b, a)),
});
const minimumOp = binaryOp({
  name: "minimum",
  saves: { inputs: true },
  da: (g, [a, b]) => mul(g, shareOfLarger(b, a)),
  db: (g, [a, b]) => mul(g, shareOfLarger(a, b)),
});
// d aᵇ = b aᵇ⁻¹ da + aᵇ log(a) db
const powOp = binaryOp({
  name: "pow",
  saves: { inputs: true, output: true },
  da: (g, [a, b]) => mul(g, mul(b, pow(a, addScalar(b, -1)))),
  db: (g, [a], y) => mul(g, mul(y, log(a))),
});

const isNumber = (x: Tensor | number): x is number => typeof x === "number";
const asTensor = (x: Tensor | number) => (isNumber(x) ? full([], x) : x);
const binary = (op: Op<[Tensor, Tensor]>, a: Tensor | number, b: Tensor | number) =>
  applyOp(op, [asTensor(a), asTensor(b)], {});

interface AlphaOptions {
  /** Factor of the second operand. Default 1. */
  readonly alpha?: number;
}

const addSettings = optionsOf("add", { alpha: 1 });
const subSettings = optionsOf("sub", { alpha: 1 });

/** a + alpha · b, broadcast. @throws ShapeError for shapes that do not broadcast. */
export function add(a: Tensor, b: Tensor | number, options?: AlphaOptions): Tensor {
  const { alpha } = addSettings(options);
  if (isNumber(b)) return addScalar(a, alpha * b);
  return binary(addOp, a, alpha === 1 ? b : mulScalar(b, alpha));
}

/** a − alpha · b, broadcast. */
export function sub(a: Tensor | number, b: Tensor | number, options?: AlphaOptions): Tensor {
  const { alpha } = subSettings(options);
  if (isNumber(b)) return addScalar(asTensor(a), -alpha * b);
  return binary(subOp, a, alpha === 1 ? b : mulScalar(b, alpha));
}

/** a · b, broadcast. */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  return isNumber(b) ? mulScalar(a, b) : binary(mulOp, a, b);
}

/** a / b, broadcast. */
export function div(a: Tensor | number, b: Tensor | number): Tensor {
  return isNumber(b) ? divScalar(asTensor(a), b) : binary(divOp, a, b);
}

/** The larger of each two elements; NaN wins. Where they are equal, each gets half of the gradient. */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return isNumber(b) ? clamp(a, { min: b }) : binary(maximumOp, a, b);
}

/** The smaller of each two elements; NaN wins. Where they are equal, each gets half of the gradient. */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return isNumber(b) ? clamp(a, { max: b }) : binary(minimumOp, a, b);
}

/** aᵇ, broadcast. */
export function pow(a: Tensor | number, b: Tensor | number): Tensor {
  return isNumber(b) ? powScalar(asTensor(a), b) : binary(powOp, a, b);
}
