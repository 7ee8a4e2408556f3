import { memoryOrder } from "@octavo/spec";
import type { ProgramAttribute, QParams } from "@octavo/spec";
import { functionOutput } from "@octavo/qat";
import { applyOp, callContext, setQuantizedForm } from "@octavo/tensor";
import type { Op, Tensor } from "@octavo/tensor";
import type { QuantizedOutput } from "./internal/output-state.ts";
import { activationQParams } from "./internal/program-value.ts";
import { StepsByInput } from "./steps/steps-by-input.ts";
import { lookupStep } from "./steps/lookup-step.ts";
import { dequantizeStep, quantizeStep } from "./modules/quantize.ts";
import { padAttributes } from "./steps/pad-attributes.ts";
import type { PadAttributes } from "./steps/pad-attributes.ts";
import { adaptiveAttributes, averageAttributes } from "./steps/pool-attributes.ts";
import { resampleAttributes } from "./steps/resample-attributes.ts";
import { programOp } from "./steps/program-op.ts";
import type { ProgramStep } from "./steps/program-op.ts";

/** What a float op does with a quantized tensor. */
type Form = (op: Op, x: Tensor, attributes: never) => Tensor;
type OutputRule = (input: QParams) => QuantizedOutput;

const asInput: OutputRule = (input) => ({ dtype: input.dtype, qparams: activationQParams(input) });

/** What preparing took for the output of a function, as torch does: the input's qparams, or fixed ones. */
function outputRule(name: string): OutputRule {
  const rule = functionOutput(name);
  if (rule === null || rule === "input") return asInput;
  const qparams = rule.create().calculateQParams();
  return () => ({ dtype: qparams.dtype, qparams: activationQParams(qparams) });
}

/** Functions have no object of their own to keep steps in: they are kept by what was called, and how. */
const steps = new Map<string, StepsByInput>();

function stepFor(name: string, attributes: object, input: QParams, make: () => ProgramStep): ProgramStep {
  const key = name + JSON.stringify(attributes);
  let known = steps.get(key);
  if (!known) steps.set(key, (known = new StepsByInput()));
  return known.get(input, make);
}

/** A function of one value, as a table. */
const table: Form = (op, x, attributes) => {
  const input = x.qparams!;
  const make = () =>
    lookupStep(input, (values) => applyOp(op, [values], attributes), outputRule(op.name)(input));
  return programOp(x, stepFor(op.name, attributes, input, make));
};

/** An op of the runtime with attributes made from the tensor op's. */
const through =
  <A>(name: string, attributesOf: (attributes: A, x: Tensor) => Readonly<Record<string, ProgramAttribute>>) =>
  (_: Op, x: Tensor, given: A): Tensor => {
    const input = x.qparams!;
    const attributes = attributesOf(given, x);
    const make = () => ({ op: name, attributes, constants: {}, output: asInput(input) });
    return programOp(x, stepFor(name, attributes, input, make));
  };

/** dequantize → op → quantize, for what has no integer kernel. */
const viaFloat: Form = (op, x, attributes) => {
  const input = x.qparams!;
  const y = applyOp(op, [programOp(x, dequantizeStep)], attributes);
  const make = () => quantizeStep(outputRule(op.name)(input));
  return programOp(y, stepFor(`quantize after ${op.name}`, {}, input, make));
};

interface ReduceAttributes {
  readonly dim: readonly number[];
  readonly keepdim: boolean;
}

/** Whether the reduced axes are neighbours in memory, the batch is none of them, and the others keep their order. */
function isOneRun(x: Tensor, { dim, keepdim }: ReduceAttributes): boolean {
  const order = memoryOrder(x.rank, x.memoryFormat);
  const places = dim.map((axis) => order.indexOf(axis));
  const isRun = Math.max(...places) - Math.min(...places) === dim.length - 1;
  const keepsOrder = x.memoryFormat === "contiguous" || keepdim || x.rank - dim.length < 3;
  return isRun && keepsOrder && !dim.includes(0);
}

const reduce = (operator: "mean" | "max") =>
  through("reduce", ({ dim, keepdim }: ReduceAttributes) => ({
    operator,
    axes: dim,
    ...(keepdim && { keepDim: true }),
  }));

const average = through("avgPool", averageAttributes);
const adaptiveAverage = through("avgPool", adaptiveAttributes);

const forms: Readonly<Record<string, Form>> = {
  relu: table,
  relu6: table,
  hardtanh: table,
  clamp: table,
  sigmoid: table,
  hardsigmoid: table,
  tanh: table,
  avgPool1d: average,
  avgPool2d: average,
  avgPool3d: average,
  adaptiveAvgPool1d: adaptiveAverage,
  adaptiveAvgPool2d: adaptiveAverage,
  adaptiveAvgPool3d: adaptiveAverage,
  interpolate: through("resample", resampleAttributes),
  pad: through("pad", (attributes: PadAttributes, x) =>
    padAttributes(attributes, x, callContext()?.where() ?? "pad"),
  ),
  mean: (op, x, attributes) => (isOneRun(x, attributes) ? reduce("mean") : viaFloat)(op, x, attributes),
  amax: (op, x, attributes) => (isOneRun(x, attributes) ? reduce("max") : viaFloat)(op, x, attributes),
};

/** Lets float functions and modules work on quantized tensors; called once, when this package is loaded. */
export function registerFunctionalForms(): void {
  for (const [name, form] of Object.entries(forms)) {
    setQuantizedForm(name, (op, inputs, attributes) => form(op, inputs[0]!, attributes as never));
  }
}
