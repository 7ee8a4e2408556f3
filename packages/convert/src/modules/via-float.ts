import { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import type { QuantizedDType } from "@octavo/spec";
import type { ActivationQParams } from "../internal/program-value.ts";
import { DeQuantize, Quantize } from "./quantize.ts";

/**
 * A module without integer form: dequantize → float module → quantize. Exact, but no faster than float; `explain()` of the
 * lowered program shows the three steps.
 */
export class ViaFloat extends Module<[x: Tensor], Tensor> {
  readonly dequant = new DeQuantize();
  readonly module: Module<[x: Tensor], Tensor>;
  readonly quant: Quantize;

  constructor(module: Module<[x: Tensor], Tensor>, dtype: QuantizedDType, qparams: ActivationQParams) {
    super();
    this.module = module;
    this.quant = new Quantize(dtype, qparams);
  }

  override forward(x: Tensor): Tensor {
    return this.quant(this.module(this.dequant(x)));
  }
}
