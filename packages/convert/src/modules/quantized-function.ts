import { Module } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import type { QuantizedDType } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { loadedOutput, outputState } from "../internal/output-state.ts";
import type { QuantizedOutput } from "../internal/output-state.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { requireQuantized } from "../internal/require-quantized.ts";
import { StepsByInput } from "../steps/steps-by-input.ts";
import { lookupStep } from "../steps/lookup-step.ts";
import { programOp } from "../steps/program-op.ts";

/**
 * An activation function on integers, with output qparams of its own: one table lookup. Made of Hardswish, Sigmoid, ELU,
 * ReLU6, …. torch.ao.nn.quantized.Hardswish and its like.
 */
export class QuantizedFunction extends Module<[x: Tensor], Tensor> implements ExtraState {
  static readonly isLeafModule = true;
  /** Frozen, so that it is neither a child nor copied. */
  private readonly source: { readonly float: Module<[x: Tensor], Tensor> };
  private output: QuantizedOutput;
  private steps = new StepsByInput();

  constructor(float: Module<[x: Tensor], Tensor>, dtype: QuantizedDType, qparams: ActivationQParams) {
    super();
    this.source = Object.freeze({ float });
    this.output = Object.freeze({ dtype, qparams });
  }

  /** @throws DTypeError for a float tensor. */
  override forward(x: Tensor): Tensor {
    const input = requireQuantized(x);
    const { float } = this.source;
    const step = this.steps.get(input, () =>
      lookupStep(input, (values) => float.forward(values), this.output),
    );
    return programOp(x, step);
  }

  extraState(): StateDict {
    return outputState(this.output);
  }

  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    this.output = loadedOutput(this.output, state);
    this.steps = new StepsByInput();
  }

  override typeName(): string {
    return `Quantized${this.source.float.typeName()}`;
  }

  override extraRepr(): string {
    const { scale, zeroPoint } = this.output.qparams;
    const own = this.source.float.extraRepr();
    return `${own ? `${own}, ` : ""}scale=${scale}, zero_point=${zeroPoint}`;
  }
}
