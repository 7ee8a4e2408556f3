import { add, mul, noGrad, relu } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { activationQParams } from "../../internal/program-value.ts";
import { channelLookupStep } from "../../steps/channel-lookup-step.ts";
import { lookupStep } from "../../steps/lookup-step.ts";
import { requiredFormat } from "../../steps/op-formats.ts";
import type { ProgramStep } from "../../steps/program-op.ts";
import { constant } from "../lowering-rule.ts";
import type { LoweredStep, LoweringRule } from "../lowering-rule.ts";
import type { OpRecord } from "../recorder.ts";

const functions: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = { add, mul };

/** Whether one operand of a step may be a constant: of sums and products, but qnnpack's additions compute something else. */
export function takesConstant({ op, attributes }: ProgramStep): boolean {
  return Object.hasOwn(functions, op) && !("torchEngine" in attributes);
}

/**
 * A sum or product with a constant. The kernels of two activations compute dequantize → float → quantize, to the bit: one number, or one for
 * each channel, is a table of that, and anything else these three ops. The runtime's integer ops have activations alone.
 */
export const constantOperand: LoweringRule = (record, activations) => {
  const { inputs, output } = record;
  const [x, other] = (activations[0] ? inputs : inputs.toReversed()) as [Tensor, Tensor];
  const floats = noGrad(() => other.dequantize());
  const table = tableStep(record, x, floats);
  if (table) return { ...table, inputs: [x], format: requiredFormat(table.op) };
  const { op, attributes } = record.attributes as ProgramStep;
  const format = output.memoryFormat;
  const step = (name: string, operator?: string): LoweredStep => ({
    op: name,
    attributes: operator ? { operator } : {},
    dtype: "float32",
    format,
    shape: (shape) => shape,
  });
  const pair = { ...step("binary", op), constants: { b: constant(floats) } };
  const first = [
    step("dequantize"),
    { ...pair, shape: (shape: readonly number[]) => broadcast(shape, other.shape) },
  ];
  if (endsByRelu(attributes)) first.push(step("unary", "relu"));
  return { op: "quantize", first, inputs: [x], format };
};

/** Only a ReLU narrows the range of a sum. */
const endsByRelu = (attributes: ProgramStep["attributes"]): boolean => "low" in attributes;

/** With one number, or one for each channel of an x that has the result's shape; null for others. */
function tableStep({ attributes: given, output }: OpRecord, x: Tensor, floats: Tensor): ProgramStep | null {
  const { op, attributes } = given as ProgramStep;
  if (x.shape.join() !== output.shape.join()) return null;
  const to = { dtype: output.qparams!.dtype, qparams: activationQParams(output.qparams!) };
  const shape = [...x.shape.keys()].map((axis) => (axis === 1 ? floats.numel : 1));
  const apply = (constants: Tensor) => (values: Tensor) => {
    const y = functions[op](values, constants);
    return endsByRelu(attributes) ? relu(y) : y;
  };
  if (floats.numel === 1) return lookupStep(x.qparams!, apply(floats.reshape([1])), to);
  const isPerChannel = broadcast(shape, floats.shape).join() === shape.join() && floats.numel === x.shape[1];
  return isPerChannel ? channelLookupStep(x.qparams!, x, apply(floats.reshape(shape)), to) : null;
}

/** x's shape beside a constant: where x has 1, the constant's size, else its own, be it −1 for the batch. Shapes may not agree. */
function broadcast(shape: readonly number[], fixed: readonly number[]): number[] {
  const rank = Math.max(shape.length, fixed.length);
  const sizeOf = (sizes: readonly number[], axis: number) => sizes[axis - rank + sizes.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const size = sizeOf(shape, axis);
    return size === 1 ? sizeOf(fixed, axis) : size;
  });
}
