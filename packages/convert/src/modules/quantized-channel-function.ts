import { Module } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import type { QuantizedDType } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { loadedOutput, outputState } from "../internal/output-state.ts";
import type { QuantizedOutput } from "../internal/output-state.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { requireQuantized } from "../internal/require-quantized.ts";
import { channelLookupStep } from "../steps/channel-lookup-step.ts";
import { programOp } from "../steps/program-op.ts";
import { StepsByInput } from "../steps/steps-by-input.ts";

/**
 * A function of one value and its channel on integers: one table per channel, computed from the float module. Made of batch
 * norm, alone or with relu, and PReLU. torch.ao.nn.quantized.BatchNorm2d, BNReLU2d, PReLU.
 */
export class QuantizedChannelFunction extends Module<[x: Tensor], Tensor> implements ExtraState {
  static readonly isLeafModule = true;
  readonly module: Module<[x: Tensor], Tensor>;
  private output: QuantizedOutput;
  private steps = new StepsByInput();

  constructor(module: Module<[x: Tensor], Tensor>, dtype: QuantizedDType, qparams: ActivationQParams) {
    super();
    this.module = module;
    this.output = Object.freeze({ dtype, qparams });
  }

  /** @throws DTypeError for a float tensor. */
  override forward(x: Tensor): Tensor {
    const input = requireQuantized(x);
    const step = this.steps.get(input, () =>
      channelLookupStep(input, x, (values) => this.module.forward(values), this.output),
    );
    return programOp(x, step);
  }

  extraState(): StateDict {
    return outputState(this.output);
  }

  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    this.output = loadedOutput(this.output, state);
    // The float module's state is loaded with this one's, so the tables are of the past.
    this.steps = new StepsByInput();
  }

  override typeName(): string {
    return `Quantized${this.module.typeName()}`;
  }

  override extraRepr(): string {
    const { scale, zeroPoint } = this.output.qparams;
    return `scale=${scale}, zero_point=${zeroPoint}`;
  }
}
