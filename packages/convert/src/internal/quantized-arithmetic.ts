import type { FunctionalOperation } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import { add, callContext, matmul, mul } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { lookupStep } from "../steps/lookup-step.ts";
import { dequantizeStep } from "../modules/quantize.ts";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";
import type { QuantizedOutput } from "./output-state.ts";
import { activationQParams } from "./program-value.ts";
import { scaledQParams, shiftedQParams } from "./scalar-qparams.ts";
import { StepsByInput } from "../steps/steps-by-input.ts";

type Operations = { readonly [K in FunctionalOperation]: (...operands: never[]) => Tensor };

/** The integer form of every operation of FloatFunctional, with one output. */
export class QuantizedArithmetic implements Operations {
  readonly #output: QuantizedOutput | null;
  readonly #additions: ProgramStep["attributes"];
  readonly #steps = new Map<string, ProgramStep>();
  readonly #tables = new Map<string, StepsByInput>();

  /**
   * @param output null: only the operations with a number can run.
   * @param torchEngine whose arithmetic additions have, where it is not Octavo's.
   */
  constructor(output: QuantizedOutput | null, torchEngine: "qnnpack" | null) {
    this.#output = output;
    this.#additions = { ...(torchEngine && { torchEngine }) };
  }

  /** @throws QuantizationError, naming the module, where no observer saw a result. */
  get output(): QuantizedOutput {
    if (this.#output) return this.#output;
    throw new QuantizationError({
      where: callContext()?.where() ?? "QFunctional",
      expected: "an operation that ran during calibration or training",
      got: "one whose result no observer ever saw",
      hint: "Calibrate with data that takes this path, then convert again.",
    });
  }

  add(a: Tensor, b: Tensor): Tensor {
    return programOp(a, b, this.#step("add", this.#additions));
  }

  addRelu(a: Tensor, b: Tensor): Tensor {
    return programOp(a, b, this.#step("add", { ...this.#additions, low: this.output.qparams.zeroPoint }));
  }

  mul(a: Tensor, b: Tensor): Tensor {
    return programOp(a, b, this.#step("mul"));
  }

  cat(tensors: Tensor[], dim: number): Tensor {
    const axis = dim < 0 ? dim + tensors[0].rank : dim;
    return programOp(...tensors.map((x) => this.#rescaled(x)), this.#step("cat", { axis }));
  }

  /** In float: a matmul of two activations has no integer kernel. */
  matmul(a: Tensor, b: Tensor): Tensor {
    const y = matmul(programOp(a, dequantizeStep), programOp(b, dequantizeStep));
    return programOp(y, this.#step("quantize"));
  }

  addScalar(x: Tensor, value: number): Tensor {
    const output = { dtype: x.qparams!.dtype, qparams: shiftedQParams(activationQParams(x.qparams!), value) };
    return this.#table(`add ${value}`, x, (values) => add(values, value), output);
  }

  mulScalar(x: Tensor, value: number): Tensor {
    const output = { dtype: x.qparams!.dtype, qparams: scaledQParams(activationQParams(x.qparams!), value) };
    return this.#table(`mul ${value}`, x, (values) => mul(values, value), output);
  }

  /** One step per operation, so that what is prepared for it is found again. */
  #step(op: string, attributes: ProgramStep["attributes"] = {}): ProgramStep {
    const key = `${op} ${Object.values(attributes)}`;
    let step = this.#steps.get(key);
    if (!step) this.#steps.set(key, (step = { op, attributes, constants: {}, output: this.output }));
    return step;
  }

  /** The same values with the output's qparams. */
  #rescaled(x: Tensor): Tensor {
    const { dtype, qparams } = this.output;
    const input = x.qparams!;
    const isSame =
      input.dtype === dtype && input.scale[0] === qparams.scale && input.zeroPoint[0] === qparams.zeroPoint;
    return isSame ? x : this.#table("rescale", x, (values) => values, this.output);
  }

  #table(key: string, x: Tensor, apply: (values: Tensor) => Tensor, output: QuantizedOutput): Tensor {
    let steps = this.#tables.get(key);
    if (!steps) this.#tables.set(key, (steps = new StepsByInput()));
    return programOp(
      x,
      steps.get(x.qparams!, () => lookupStep(x.qparams!, apply, output)),
    );
  }
}
