import { Module } from "@octavo/nn";
import type { QuantizedDType } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import type { ActivationQParams } from "../internal/program-value.ts";
import { programOp } from "../program-op.ts";
import type { ProgramStep } from "../program-op.ts";

/** Float in, integers out, with fixed qparams; what `convert` makes of a `QuantStub`. */
export class Quantize extends Module<[x: Tensor], Tensor> {
  private readonly step: ProgramStep;

  constructor(dtype: QuantizedDType, qparams: ActivationQParams) {
    super();
    this.step = Object.freeze({ op: "quantize", attributes: {}, constants: {}, output: { dtype, qparams } });
  }

  /** Images become channels-last here, once, as all quantized layers want them. */
  override forward(x: Tensor): Tensor {
    return programOp(x, this.step);
  }

  get scale(): number {
    return this.step.output.qparams!.scale;
  }

  get zeroPoint(): number {
    return this.step.output.qparams!.zeroPoint;
  }

  override extraRepr(): string {
    const scale = Number(this.scale.toPrecision(5));
    return `scale=${scale}, zero_point=${this.zeroPoint}, dtype=${this.step.output.dtype}`;
  }
}

/** Integers in, float out, with the qparams that the tensor carries; what `convert` makes of a `DeQuantStub`. */
export class DeQuantize extends Module<[x: Tensor], Tensor> {
  override forward(x: Tensor): Tensor {
    return x.isQuantized ? programOp(x, dequantizeStep) : x;
  }
}

const dequantizeStep: ProgramStep = {
  op: "dequantize",
  attributes: {},
  constants: {},
  output: { dtype: "float32" },
};
