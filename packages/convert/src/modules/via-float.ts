import { Module } from "@octavo/nn";
import type { QuantizedDType } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import type { ActivationQParams } from "../internal/program-value.ts";
import { requireQuantized } from "../internal/require-quantized.ts";
import { DeQuantize, Quantize } from "./quantize.ts";

/**
 * A module without integer form: dequantize → float module → quantize. Exact, but no faster than float; `explain()` of
 * the lowered program shows the three steps.
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

  /** @throws DTypeError for a float tensor. */
  override forward(x: Tensor): Tensor {
    requireQuantized(x);
    return this.quant(this.module(this.dequant(x)));
  }
}
