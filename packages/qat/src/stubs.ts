import { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";

/** Where float values become integers. Identity while the model is float; `convert` puts `Quantize` here. */
export class QuantStub extends Module<[x: Tensor], Tensor> {
  /** Graphs call it as a whole. */
  static readonly isLeafModule = true;

  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Where integers become float values again. Identity while the model is float; `convert` puts `DeQuantize` here. */
export class DeQuantStub extends Module<[x: Tensor], Tensor> {
  /** Graphs call it as a whole. */
  static readonly isLeafModule = true;

  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** A module between a `QuantStub` and a `DeQuantStub`: quantizes a model whose code one does not want to change. */
export class QuantWrapper extends Module<[x: Tensor], Tensor> {
  readonly quant = new QuantStub();
  readonly module: Module<[x: Tensor], Tensor>;
  readonly dequant = new DeQuantStub();

  constructor(module: Module<[x: Tensor], Tensor>) {
    super();
    this.module = module;
    this.train(module.training);
  }

  override forward(x: Tensor): Tensor {
    return this.dequant(this.module(this.quant(x)));
  }
}
