import { AdaptiveAvgPool2d, Linear, Module, Sequential } from "@octavo/nn";
import { DeQuantStub, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { Conv2dNormActivation } from "./conv-norm-activation.ts";
import { InvertedResidual } from "./inverted-residual.ts";

export interface MnistNetOptions {
  /** Default 10. */
  readonly classes?: number;
  /** Channels of the images. Default 1. */
  readonly inChannels?: number;
}

/**
 * A small network with all that real ones have: a strided stem, inverted residuals with and without skip connection, a
 * strided stage, global pooling, a linear classifier; 51 k parameters, 1.2 M multiply-adds for a 28×28 image.
 * Images (N, inChannels, H, W), at least 8×8 → logits (N, classes).
 */
export class MnistNet extends Module<[images: Tensor], Tensor> {
  readonly quant = new QuantStub();
  readonly features: Sequential;
  readonly pool = new AdaptiveAvgPool2d(1);
  readonly classifier: Linear;
  readonly dequant = new DeQuantStub();

  constructor(options: MnistNetOptions = {}) {
    super();
    const { classes, inChannels } = withDefaults("MnistNet", { classes: 10, inChannels: 1 }, options);
    this.features = new Sequential(
      new Conv2dNormActivation(inChannels, 16, { stride: 2 }),
      new InvertedResidual(16, 24, 2, { stride: 2 }),
      new InvertedResidual(24, 24, 3),
      new InvertedResidual(24, 24, 3),
      new Conv2dNormActivation(24, 176, { stride: 2 }),
    );
    this.classifier = new Linear(176, classes);
  }

  override forward(images: Tensor): Tensor {
    const x = this.pool(this.features(this.quant(images)));
    return this.dequant(this.classifier(flatten(x, { startDim: 1 })));
  }
}
