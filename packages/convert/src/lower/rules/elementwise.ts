import type { BinaryOpName, UnaryOpName } from "@octavo/spec";
import { full } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { constant, misplaced, rule } from "../lowering-rule.ts";
import type { LoweredOp, LoweringRule, LoweringRules } from "../lowering-rule.ts";

/** Attributes of value 0 are the runtime's default. */
function unary(operator: UnaryOpName, alpha = 0, beta = 0): Omit<LoweredOp, "inputs"> {
  return { op: "unary", attributes: { operator, ...(alpha && { alpha }), ...(beta && { beta }) } };
}

function withNumber(operator: BinaryOpName, value: number): Omit<LoweredOp, "inputs"> {
  const b = { dtype: "float32", shape: [], data: Float32Array.of(value) } as const;
  return { op: "binary", attributes: { operator }, constants: { b } };
}

/** Programs have no infinite numbers: a clamp with one end is a maximum or minimum. */
function clamp(low: number, high: number): Omit<LoweredOp, "inputs"> {
  if (high === Infinity) return withNumber("maximum", low);
  return low === -Infinity ? withNumber("minimum", high) : unary("clamp", low, high);
}

const commutative: ReadonlySet<BinaryOpName> = new Set(["add", "mul", "maximum", "minimum"]);

/** A constant can only be the second operand; commutative ops swap, without changing a bit. */
const binary =
  (operator: BinaryOpName): LoweringRule =>
  (record, [aVaries, bVaries]) => {
    const [a, b] = record.inputs as [Tensor, Tensor];
    // The format of the operand that has the result's shape, as the op itself chooses.
    const parts = { op: "binary", attributes: { operator }, format: record.output.memoryFormat };
    if (aVaries && bVaries) return { ...parts, inputs: [a, b] };
    if (aVaries) return { ...parts, inputs: [a], constants: { b: constant(b) } };
    const turned = a.rank === 0 ? fromNumber(operator, a.item()) : null;
    if (turned) return { ...turned, inputs: [b] };
    if (!commutative.has(operator)) throw misplaced(record, 0, true);
    return { ...parts, inputs: [b], constants: { b: constant(a) } };
  };

/** `value − x` is `−x + value`, and `1 / x` an op of its own, both to the bit; null for all others. */
function fromNumber(operator: BinaryOpName, value: number): Omit<LoweredOp, "inputs"> | null {
  if (operator === "sub") return unary("affine", -1, value);
  return operator === "div" && value === 1 ? unary("reciprocal") : null;
}

/** x + −0, which is x to the bit, where −0 is as wide as the result along what is repeated. */
const expand = rule((_, { inputs: [x], output }) => {
  const shape = x!.shape.map((size, axis) => (size === 1 ? output.shape[axis + output.rank - x!.rank] : 1));
  const b = constant(full([...output.shape.slice(0, output.rank - x!.rank), ...shape], -0));
  return { op: "binary", attributes: { operator: "add" }, constants: { b }, format: output.memoryFormat };
});

const sameName: readonly UnaryOpName[] = [
  "relu",
  "gelu",
  "geluTanh",
  "selu",
  "silu",
  "mish",
  "hardswish",
  "hardsigmoid",
  "sigmoid",
  "tanh",
  "logSigmoid",
  "softsign",
  "abs",
  "neg",
  "square",
  "round",
  "sign",
  "floor",
  "exp",
  "log",
  "sqrt",
  "rsqrt",
  "reciprocal",
];

const operators: readonly BinaryOpName[] = ["add", "sub", "mul", "div", "maximum", "minimum", "pow"];

type Value = { readonly value: number };
type Alpha = { readonly alpha: number };

/** Functions of each element. */
export const elementwise: LoweringRules = {
  ...Object.fromEntries(sameName.map((name) => [name, rule(() => unary(name))])),
  ...Object.fromEntries(operators.map((operator) => [operator, binary(operator)])),
  expand,
  relu6: rule(() => clamp(0, 6)),
  hardtanh: rule<{ minVal: number; maxVal: number }>(({ minVal, maxVal }) => clamp(minVal, maxVal)),
  clamp: rule<{ min: number; max: number }>(({ min, max }) => clamp(min, max)),
  leakyRelu: rule<{ negativeSlope: number }>(({ negativeSlope }) => unary("leakyRelu", negativeSlope)),
  elu: rule<Alpha>(({ alpha }) => unary("elu", alpha)),
  celu: rule<Alpha>(({ alpha }) => unary("celu", alpha)),
  softplus: rule<{ beta: number; threshold: number }>(({ beta, threshold }) =>
    unary("softplus", beta, threshold),
  ),
  addScalar: rule<Value>(({ value }) => withNumber("add", value)),
  mulScalar: rule<Value>(({ value }) => withNumber("mul", value)),
  divScalar: rule<Value>(({ value }) => withNumber("div", value)),
  powScalar: rule<Value>(({ value }) => withNumber("pow", value)),
};
