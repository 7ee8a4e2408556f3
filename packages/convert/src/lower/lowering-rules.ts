import { ReduceOp, UnaryOp } from "@octavo/spec";
import type { MemoryFormat, ProgramConstant } from "@octavo/spec";
import { add, mul, neg, noGrad, rsqrt, sub, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { adaptiveAttributes, averageAttributes, maximumAttributes } from "../pool-attributes.ts";
import type { WindowAttributes } from "../pool-attributes.ts";
import { formatOf } from "../program-op.ts";
import type { ProgramStep } from "../program-op.ts";
import type { LoweredOp } from "./program-builder.ts";
import type { OpRecord } from "./recorder.ts";

/** How one tensor op becomes an op of the runtime. Inputs that are constants are the rule's to store. */
export interface LoweringRule {
  /** Positions of inputs that must be constants (weights); the others must be activations. Default: none. */
  readonly constants?: readonly number[];
  lower(record: OpRecord): LoweredOp;
}

const rule = <A>(
  lower: (attributes: A, record: OpRecord) => LoweredOp,
  constants?: readonly number[],
): LoweringRule => ({
  constants,
  lower: (record) => lower(record.attributes as A, record),
});

/** Data in torch's order, or with channels innermost for weights of convolutions. */
function constant(x: Tensor, layout: MemoryFormat = "contiguous"): ProgramConstant {
  const laidOut = toMemoryFormat(x, layout);
  const { shape } = x;
  const stored =
    layout === "channelsLast" && shape.length > 2 ? [shape[0], ...shape.slice(2), shape[1]] : shape;
  return { dtype: x.dtype, shape: stored, data: laidOut.raw() };
}

interface ConvAttributes {
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "same";
  readonly outputPadding?: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

const convolution = (op: string) =>
  rule<ConvAttributes>(
    ({ padding, ...geometry }, { inputs: [, weight, bias] }) => {
      const kernel = weight!.shape.slice(2);
      const totals = kernel.map((size, i) => geometry.dilation[i] * (size - 1));
      const same = () => [
        ...totals.map((total) => Math.floor(total / 2)),
        ...totals.map((total) => Math.ceil(total / 2)),
      ];
      return {
        op,
        attributes: { ...geometry, padding: padding === "same" ? same() : padding },
        constants: { weight: constant(weight!, "channelsLast"), ...(bias && { bias: constant(bias) }) },
        format: "channelsLast",
      };
    },
    [1, 2],
  );

const linear = rule(
  (_, { inputs: [, weight, bias] }) => ({
    op: "floatLinear",
    constants: { weight: constant(weight!), ...(bias && { bias: constant(bias) }) },
    format: "contiguous",
  }),
  [1, 2],
);

/** The same operations in the same order as tensor's batchNorm, so that the bits agree. */
const batchNorm = rule<{ training: boolean; eps: number }>(
  ({ eps }, { inputs: [, weight, bias, mean, variance] }) =>
    noGrad(() => {
      const invStd = rsqrt(add(variance!, eps));
      const scale = weight ? mul(invStd, weight) : invStd;
      const offset = mul(mean!, scale);
      const shift = bias ? sub(bias, offset) : neg(offset);
      return {
        op: "channelAffine",
        constants: { scale: constant(scale), shift: constant(shift) },
        format: "channelsLast",
      };
    }),
  [1, 2, 3, 4],
);

const unary = (
  operator: keyof typeof UnaryOp,
  parameters: (attributes: never) => readonly number[] = () => [],
) =>
  rule<never>((attributes) => {
    const [alpha = 0, beta = 0] = parameters(attributes);
    return { op: "unary", attributes: { operator, ...(alpha && { alpha }), ...(beta && { beta }) } };
  });

const plainUnary = [
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
] as const;

type Scalar = { readonly value: number };

const scalar = (operator: string) =>
  rule<Scalar>(({ value }) => ({
    op: "binary",
    attributes: { operator },
    constants: { b: { dtype: "float32", shape: [], data: Float32Array.of(value) } },
  }));

const maxPool = rule<WindowAttributes>((windows) => ({
  op: "maxPool",
  attributes: maximumAttributes(windows),
  format: "channelsLast",
}));

const avgPool = rule<WindowAttributes>((windows) => ({
  op: "avgPool",
  attributes: averageAttributes(windows),
  format: "channelsLast",
}));

const adaptiveAvgPool = rule<{ outputSize: readonly (number | null)[] }>((attributes, { inputs: [x] }) => ({
  op: "avgPool",
  attributes: adaptiveAttributes(attributes, x!),
  format: "channelsLast",
}));

const reduce = (operator: keyof typeof ReduceOp) =>
  rule<{ dim: readonly number[]; keepdim: boolean }>(({ dim, keepdim }) => ({
    op: "reduce",
    attributes: { operator, axes: dim, ...(keepdim && { keepDim: true }) },
  }));

const softmax = (op: string) =>
  rule<{ dim: number }>(({ dim }, { inputs: [x] }) => ({
    op,
    attributes: { axis: dim },
    format: dim === x!.rank - 1 ? "contiguous" : "channelsLast",
  }));

const reshape = rule(() => ({ op: "reshape", format: "contiguous" }));

/** Ops that the network itself does not see: their steps are already the runtime's. */
const programStep = rule<ProgramStep>(({ op, attributes, constants }) => ({
  op,
  attributes,
  constants,
  format: formatOf(op) ?? undefined,
}));

const everyRank = <T>(name: string, value: T) => [1, 2, 3].map((dims) => [`${name}${dims}d`, value] as const);

/** By name of the tensor op. */
export const loweringRules: ReadonlyMap<string, LoweringRule> = new Map<string, LoweringRule>([
  ["programOp", programStep],
  ...everyRank("conv", convolution("floatConv")),
  ...everyRank("convTranspose", convolution("floatConvTranspose")),
  ["linear", linear],
  ["batchNorm", batchNorm],
  ...plainUnary.map((name) => [name, unary(name)] as const),
  ["relu6", unary("clamp", () => [0, 6])],
  ["hardtanh", unary("clamp", ({ minVal, maxVal }: { minVal: number; maxVal: number }) => [minVal, maxVal])],
  ["clamp", unary("clamp", ({ min, max }: { min: number; max: number }) => [min, max])],
  ["leakyRelu", unary("leakyRelu", ({ negativeSlope }: { negativeSlope: number }) => [negativeSlope])],
  ["elu", unary("elu", ({ alpha }: { alpha: number }) => [alpha])],
  ["celu", unary("celu", ({ alpha }: { alpha: number }) => [alpha])],
  [
    "softplus",
    unary("softplus", ({ beta, threshold }: { beta: number; threshold: number }) => [beta, threshold]),
  ],
  ["addScalar", unary("affine", ({ value }: Scalar) => [1, value])],
  ["mulScalar", unary("affine", ({ value }: Scalar) => [value, -0])],
  ["divScalar", scalar("div")],
  ["powScalar", scalar("pow")],
  ...(["add", "sub", "mul", "div", "maximum", "minimum", "pow"] as const).map(
    (operator) => [operator, rule(() => ({ op: "binary", attributes: { operator } }))] as const,
  ),
  ...everyRank("maxPool", maxPool),
  ...everyRank("avgPool", avgPool),
  ...everyRank("adaptiveAvgPool", adaptiveAvgPool),
  ["sum", reduce("sum")],
  ["mean", reduce("mean")],
  ["amax", reduce("max")],
  ["amin", reduce("min")],
  ["prod", reduce("prod")],
  ["softmax", softmax("softmax")],
  ["logSoftmax", softmax("logSoftmax")],
  ["matmul", rule(() => ({ op: "matmul", format: "contiguous" }))],
  ["reshape", reshape],
  ["flatten", reshape],
  ["squeeze", reshape],
  ["unsqueeze", reshape],
  [
    "permute",
    rule<{ dims: readonly number[] }>(({ dims }) => ({ op: "permute", attributes: { axes: dims } })),
  ],
  ["cat", rule<{ dim: number }>(({ dim }) => ({ op: "cat", attributes: { axis: dim } }))],
  ["slice", rule<{ dim: number; start: number; end: number | null; step: number }>(sliceOf)],
  ["pad", rule<{ dim: number; before: number; after: number; value: number }>(padOf)],
]);

function sliceOf(
  { dim, start, end, step }: { dim: number; start: number; end: number | null; step: number },
  { inputs: [x] }: OpRecord,
): LoweredOp {
  const size = x!.shape[dim];
  const clip = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  return {
    op: "slice",
    attributes: { axis: dim, start: clip(start), end: clip(end ?? size), ...(step > 1 && { step }) },
  };
}

function padOf(
  { dim, before, after, value }: { dim: number; before: number; after: number; value: number },
  { inputs: [x] }: OpRecord,
): LoweredOp {
  const along = (amount: number) => x!.shape.map((_, axis) => (axis === dim ? amount : 0));
  return { op: "pad", attributes: { before: along(before), after: along(after), ...(value && { value }) } };
}
