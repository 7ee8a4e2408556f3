import { Module } from "@octavo/nn";
import type { FunctionalOperation } from "@octavo/qat";
import { DTypeError, QuantizationError } from "@octavo/spec";
import type { QuantizedDType } from "@octavo/spec";
import { add, callContext, mul, Tensor } from "@octavo/tensor";
import type { ActivationQParams } from "../internal/program-value.ts";
import { activationQParams } from "../internal/program-value.ts";
import { programOp } from "../program-op.ts";
import type { ProgramStep } from "../program-op.ts";
import { scaledQParams, shiftedQParams } from "../internal/scalar-qparams.ts";
import { lookupStep, StepsByInput } from "./quantized-function.ts";
import { DeQuantize, Quantize } from "./quantize.ts";

interface Output {
  readonly dtype: QuantizedDType;
  readonly qparams: ActivationQParams;
}

type Operation = (q: QFunctional, ...operands: never[]) => Tensor;

/** The integer form of every operation of FloatFunctional. */
const operations: { readonly [K in FunctionalOperation]: Operation } = {
  add: (q, a: Tensor, b: Tensor) => programOp(a, b, q.step("add")),
  addRelu: (q, a: Tensor, b: Tensor) => programOp(a, b, q.step("add", { low: q.output.qparams.zeroPoint })),
  mul: (q, a: Tensor, b: Tensor) => programOp(a, b, q.step("mul")),
  cat: (q, tensors: Tensor[], dim: number) => {
    const axis = dim < 0 ? dim + tensors[0].rank : dim;
    return programOp(...tensors.map((x) => q.rescale(x)), q.step("cat", { axis }));
  },
  matmul: (q, a: Tensor, b: Tensor) => q.requantize(q.dequantize(a).matmul(q.dequantize(b))),
  addScalar: (q, a: Tensor, b: number) => q.withScalar("addScalar", a, b),
  mulScalar: (q, a: Tensor, b: number) => q.withScalar("mulScalar", a, b),
};

/** Output qparams and real function of the operations with a number, which have no observer. */
const scalarOperations = {
  addScalar: { output: shiftedQParams, apply: (x: Tensor, b: number) => add(x, b) },
  mulScalar: { output: scaledQParams, apply: (x: Tensor, b: number) => mul(x, b) },
};

/** Operations between quantized activations; what `convert` makes of a FloatFunctional. torch's QFunctional. */
export class QFunctional extends Module<[FunctionalOperation, ...unknown[]], Tensor> {
  private readonly found: Output | null;
  private readonly stepsByName = new Map<string, ProgramStep>();
  private readonly rescales = new StepsByInput();
  private readonly scalars = new Map<string, StepsByInput>();

  /** @param output null: only the operations with a number can run. */
  constructor(output: readonly [QuantizedDType, ActivationQParams] | null) {
    super();
    this.found = output && Object.freeze({ dtype: output[0], qparams: output[1] });
  }

  get output(): Output {
    if (this.found) return this.found;
    throw new QuantizationError({
      where: callContext()?.where() ?? "QFunctional",
      expected: "an operation that ran during calibration or training",
      got: "one whose result no observer ever saw",
      hint: "Calibrate with data that takes this path, then convert again.",
    });
  }

  override forward(operation: FunctionalOperation, ...operands: unknown[]): Tensor {
    for (const x of operands.flat()) if (x instanceof Tensor && !x.isQuantized) refuseFloat(operation, x);
    return operations[operation](this, ...(operands as never[]));
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this("add", a, b);
  }

  addScalar(a: Tensor, b: number): Tensor {
    return this("addScalar", a, b);
  }

  mul(a: Tensor, b: Tensor): Tensor {
    return this("mul", a, b);
  }

  mulScalar(a: Tensor, b: number): Tensor {
    return this("mulScalar", a, b);
  }

  addRelu(a: Tensor, b: Tensor): Tensor {
    return this("addRelu", a, b);
  }

  cat(tensors: Tensor[], dim = 0): Tensor {
    return this("cat", tensors, dim);
  }

  matmul(a: Tensor, b: Tensor): Tensor {
    return this("matmul", a, b);
  }

  /** One step per operation, so that what is prepared for it is found again. */
  step(op: string, attributes: ProgramStep["attributes"] = {}): ProgramStep {
    const key = op + JSON.stringify(attributes);
    let step = this.stepsByName.get(key);
    if (!step)
      this.stepsByName.set(
        key,
        (step = Object.freeze({ op, attributes, constants: {}, output: this.output })),
      );
    return step;
  }

  /** The same values with this module's output qparams. */
  rescale(x: Tensor): Tensor {
    const input = x.qparams!;
    const { scale, zeroPoint } = this.output.qparams;
    if (input.dtype === this.output.dtype && input.scale[0] === scale && input.zeroPoint[0] === zeroPoint)
      return x;
    return programOp(
      x,
      this.rescales.get(input, () => lookupStep(input, (values) => values, this.output)),
    );
  }

  withScalar(operation: keyof typeof scalarOperations, x: Tensor, value: number): Tensor {
    const { output, apply } = scalarOperations[operation];
    const input = x.qparams!;
    let steps = this.scalars.get(`${operation} ${value}`);
    if (!steps) this.scalars.set(`${operation} ${value}`, (steps = new StepsByInput()));
    const make = () =>
      lookupStep(input, (values) => apply(values, value), {
        dtype: input.dtype,
        qparams: output(activationQParams(input), value),
      });
    return programOp(x, steps.get(input, make));
  }

  dequantize(x: Tensor): Tensor {
    return new DeQuantize().forward(x);
  }

  requantize(x: Tensor): Tensor {
    return new Quantize(this.output.dtype, this.output.qparams).forward(x);
  }

  override extraRepr(): string {
    return this.found
      ? `scale=${this.output.qparams.scale}, zero_point=${this.output.qparams.zeroPoint}`
      : "";
  }
}

function refuseFloat(operation: string, x: Tensor): never {
  const context = callContext();
  throw new DTypeError({
    where: context?.where() ?? `QFunctional.${operation}`,
    expected: "quantized tensors",
    got: x.describe() + (x.producer && context ? ` from ${context.nameOf(x.producer)}` : ""),
    hint: "Its producer was not quantized: put a QuantStub after it, or give it a qconfig.",
  });
}
