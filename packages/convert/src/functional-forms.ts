import type { ProgramAttribute } from "@octavo/spec";
import { applyOp, setQuantizedForm } from "@octavo/tensor";
import type { Op, Tensor } from "@octavo/tensor";
import { internStep } from "./intern-step.ts";
import { activationQParams } from "./internal/program-value.ts";
import { lookupStep, StepsByInput } from "./modules/quantized-function.ts";
import { adaptiveAttributes, averageAttributes } from "./pool-attributes.ts";
import { programOp } from "./program-op.ts";

/** What a float op does with quantized tensors, where torch's operator keeps its input's qparams too. */
type Form = (op: Op, x: Tensor, attributes: never) => Tensor;

/** A function of one value, as a table. */
function throughTable(): Form {
  const steps = new Map<string, StepsByInput>();
  return (op, x, attributes) => {
    const key = JSON.stringify([op.name, attributes]);
    let known = steps.get(key);
    if (!known) steps.set(key, (known = new StepsByInput()));
    const input = x.qparams!;
    const output = { dtype: input.dtype, qparams: activationQParams(input) };
    const make = () => lookupStep(input, (values) => applyOp(op, [values], attributes), output);
    return programOp(x, known.get(input, make));
  };
}

/** An op of the runtime with attributes made from the tensor op's. */
function throughOp<A>(
  op: string,
  attributesOf: (attributes: A, x: Tensor) => Readonly<Record<string, ProgramAttribute>>,
): (float: Op, x: Tensor, attributes: A) => Tensor {
  return (_, x, attributes) => {
    const output = { dtype: x.dtype, qparams: activationQParams(x.qparams!) };
    return programOp(x, internStep({ op, attributes: attributesOf(attributes, x), output }));
  };
}

const table = throughTable();
const avgPool = throughOp("avgPool", averageAttributes);
const adaptiveAvgPool = throughOp("avgPool", adaptiveAttributes);
const pad = throughOp(
  "pad",
  ({ dim, before, after }: { dim: number; before: number; after: number }, { rank }) => {
    const along = (amount: number) => Array.from({ length: rank }, (_, axis) => (axis === dim ? amount : 0));
    return { before: along(before), after: along(after) };
  },
);

const forms: Readonly<Record<string, Form>> = {
  relu: table,
  relu6: table,
  hardtanh: table,
  clamp: table,
  avgPool1d: avgPool,
  avgPool2d: avgPool,
  avgPool3d: avgPool,
  adaptiveAvgPool1d: adaptiveAvgPool,
  adaptiveAvgPool2d: adaptiveAvgPool,
  adaptiveAvgPool3d: adaptiveAvgPool,
  pad,
};

/** Lets float functions and modules work on quantized tensors; called once, when this package is loaded. */
export function registerFunctionalForms(): void {
  for (const [name, form] of Object.entries(forms)) {
    setQuantizedForm(name, (op, inputs, attributes) => form(op, inputs[0]!, attributes as never));
  }
}
