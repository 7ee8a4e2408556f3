import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { requiredFormat } from "../../steps/op-formats.ts";
import type { ProgramStep } from "../../steps/program-op.ts";
import { constant, rule } from "../lowering-rule.ts";
import type { LoweredStep, LoweringRule, LoweringRules } from "../lowering-rule.ts";

const asItRan = rule<ProgramStep>(({ op, attributes, constants }) => ({
  op,
  attributes,
  constants,
  format: requiredFormat(op),
}));

/**
 * A sum or product with a constant: dequantize → float → quantize, which is what the kernels of two activations compute, to the bit. The
 * runtime's integer ops have activations alone.
 */
const withConstant: LoweringRule = (record, activations) => {
  const { op, attributes } = record.attributes as ProgramStep;
  const [x, other] = (activations[0] ? record.inputs : record.inputs.toReversed()) as [Tensor, Tensor];
  const format = record.output.memoryFormat;
  const b = constant(noGrad(() => other.dequantize()));
  const step = (name: string, operator?: string): LoweredStep => ({
    op: name,
    attributes: operator ? { operator } : {},
    dtype: "float32",
    format,
    shape: (shape) => shape,
  });
  const first: LoweredStep[] = [
    step("dequantize"),
    { ...step("binary", op), constants: { b }, shape: (shape) => broadcast(shape, other.shape) },
  ];
  // Only a ReLU narrows the range of a sum.
  if ("low" in attributes) first.push(step("unary", "relu"));
  return { op: "quantize", first, inputs: [x], format };
};

/** A shape, in which −1 is the batch, with that of a constant. */
function broadcast(shape: readonly number[], fixed: readonly number[]): number[] {
  const rank = Math.max(shape.length, fixed.length);
  const sizeOf = (sizes: readonly number[], axis: number) => sizes[axis - rank + sizes.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const size = sizeOf(shape, axis);
    return size === 1 ? sizeOf(fixed, axis) : size;
  });
}

/** Ops of two activations that a constant may be one of. */
const sums = new Set(["add", "mul"]);

const programOp: LoweringRule = (record, activations) => {
  const { op, attributes } = record.attributes as ProgramStep;
  const hasConstant = sums.has(op) && !("torchEngine" in attributes) && activations.includes(false);
  return (hasConstant ? withConstant : asItRan)(record, activations);
};

/** What quantized modules run, which is the runtime's already, and quantize and dequantize of tensors. */
export const quantized: LoweringRules = {
  programOp,
  quantize: rule(() => ({ op: "quantize" })),
  dequantize: rule(() => ({ op: "dequantize" })),
};
