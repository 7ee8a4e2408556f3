import type { FakeQuantize } from "@octavo/fake-quant";
import { Module } from "@octavo/nn";
import type { Parameter, WeightedLayer } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import type { QConfig } from "../qconfig.ts";
import { weightQuantizer } from "./weight-quantizer.ts";

/** What a QAT module is made of: the parts of a fused module, or a layer alone. */
export interface QatParts {
  /** As printed, torch's: `ConvBnReLU2d`. */
  readonly typeName: string;
  readonly layer: WeightedLayer;
  readonly activation: Module<[x: Tensor], Tensor> | null;
}

/**
 * A convolution or linear layer in training: its weight passes through a fake-quantizer, then the layer and, if fused,
 * its activation run in float. Shares its parameters with the float layer. torch.ao.nn.qat.Conv2d, Linear,
 * torch.ao.nn.intrinsic.qat.ConvReLU2d, LinearReLU and their 1-d and 3-d forms.
 *
 * @throws QuantizationError for a qconfig whose weight is only observed.
 */
export class QatLayer extends Module<[x: Tensor], Tensor> {
  /** Graphs call it as a whole. */
  static readonly isLeafModule: boolean = true;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly weightFakeQuant: FakeQuantize;
  /** In a record, so that they are no children: the layer's parameters are this module's own. */
  private readonly made: QatParts;

  constructor(parts: QatParts, qconfig: QConfig) {
    super();
    const { typeName, layer } = parts;
    this.made = { ...parts };
    this.weight = layer.weight;
    this.bias = layer.bias;
    this.weightFakeQuant = weightQuantizer(typeName, layer, qconfig);
    this.qconfig = qconfig;
    this.train(layer.training);
  }

  override forward(x: Tensor): Tensor {
    const y = this.layerForward(x);
    return this.activation()?.(y) ?? y;
  }

  /** The layer without its activation. */
  protected layerForward(x: Tensor): Tensor {
    return this.layer().weightedForward(x, this.weightFakeQuant(this.weight), this.bias);
  }

  /** Geometry and operation; its weight and bias are this module's. */
  layer(): WeightedLayer {
    return this.made.layer;
  }

  /** The fused activation, or null. */
  activation(): Module<[x: Tensor], Tensor> | null {
    return this.made.activation;
  }

  override typeName(): string {
    return this.made.typeName;
  }

  override extraRepr(): string {
    return this.layer().extraRepr();
  }
}
