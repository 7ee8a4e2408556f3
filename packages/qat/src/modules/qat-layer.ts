import type { FakeQuantize } from "@octavo/fake-quant";
import { Module } from "@octavo/nn";
import type { Parameter } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import type { QConfig } from "../qconfig.ts";
import { weightQuantizer } from "./weight-quantizer.ts";
import type { WeightedLayer } from "./weighted-layer.ts";

/**
 * A convolution or linear layer in training: its weight passes through a fake-quantizer, then the layer and, if fused,
 * its activation run in float. Shares its parameters with the float layer. torch.ao.nn.qat.Conv2d, Linear,
 * torch.ao.nn.intrinsic.qat.ConvReLU2d, LinearReLU and their 1-d and 3-d forms.
 */
export class QatLayer extends Module<[x: Tensor], Tensor> {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly weightFakeQuant: FakeQuantize;
  /** Geometry and operation; a method of it runs, so it is not a child. */
  readonly layer: () => WeightedLayer;
  readonly activation: () => Module<[x: Tensor], Tensor> | null;
  readonly #typeName: string;

  constructor(
    typeName: string,
    layer: WeightedLayer,
    activation: Module<[x: Tensor], Tensor> | null,
    qconfig: QConfig,
  ) {
    super();
    this.#typeName = typeName;
    this.weight = layer.weight;
    this.bias = layer.bias;
    this.weightFakeQuant = weightQuantizer(typeName, layer, qconfig);
    this.layer = () => layer;
    this.activation = () => activation;
    this.qconfig = qconfig;
    this.train(layer.training);
  }

  override forward(x: Tensor): Tensor {
    const y = this.layer().weightedForward(x, this.weightFakeQuant(this.weight), this.bias);
    return this.activation()?.(y) ?? y;
  }

  override typeName(): string {
    return this.#typeName;
  }

  override extraRepr(): string {
    return this.layer().extraRepr();
  }
}
