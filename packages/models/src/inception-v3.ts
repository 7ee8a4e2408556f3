import { AdaptiveAvgPool2d, Dropout, Linear, MaxPool2d, Module } from "@octavo/nn";
import { DeQuantStub, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { adaptiveAvgPool2d, avgPool2d, flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { BasicConv2d } from "./basic-conv.ts";
import { InceptionA, InceptionB, InceptionC, InceptionD, InceptionE } from "./inception-blocks.ts";

/** Logits from the middle of the network, for training; torchvision's QuantizableInceptionAux. */
class InceptionAux extends Module<[x: Tensor], Tensor> {
  readonly conv0: BasicConv2d;
  readonly conv1 = new BasicConv2d(128, 768, 5);
  readonly fc: Linear;

  constructor(inChannels: number, classes: number) {
    super();
    this.conv0 = new BasicConv2d(inChannels, 128, 1);
    this.fc = new Linear(768, classes);
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv1(this.conv0(avgPool2d(x, 5, { stride: 3 })));
    return this.fc(flatten(adaptiveAvgPool2d(y, 1), { startDim: 1 }));
  }

  override typeName(): string {
    return "QuantizableInceptionAux";
  }
}

/** What Inception v3 gives in training with `auxLogits`. */
export interface InceptionOutputs {
  readonly logits: Tensor;
  readonly auxLogits: Tensor;
}

export interface InceptionV3Options {
  /** Default 1000. */
  readonly classes?: number;
  /** One more classifier, used in training only: forward then gives two logits. Default false. */
  readonly auxLogits?: boolean;
  /** Probability, before the last layer. Default 0.5. */
  readonly dropout?: number;
}

/**
 * Inception v3 (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015), with stubs and
 * FloatFunctionals, ready for `prepare`, `prepareQat` and `convert`; torchvision's quantizable inception_v3, whose
 * state-dict names it has (with `auxLogits`, all). Images (N, 3, H, W) of at least 75×75, normally 299×299 → logits
 * (N, classes).
 *
 * 23.8 M parameters (27.2 M with the classifier for training); 5.71 G multiply-adds for an image of 299×299.
 */
export class InceptionV3 extends Module<[images: Tensor], Tensor | InceptionOutputs> {
  readonly Conv2d_1a_3x3 = new BasicConv2d(3, 32, 3, { stride: 2 });
  readonly Conv2d_2a_3x3 = new BasicConv2d(32, 32, 3);
  readonly Conv2d_2b_3x3 = new BasicConv2d(32, 64, 3, { padding: 1 });
  readonly maxpool1 = new MaxPool2d(3, { stride: 2 });
  readonly Conv2d_3b_1x1 = new BasicConv2d(64, 80, 1);
  readonly Conv2d_4a_3x3 = new BasicConv2d(80, 192, 3);
  readonly maxpool2 = new MaxPool2d(3, { stride: 2 });
  readonly Mixed_5b = new InceptionA(192, 32);
  readonly Mixed_5c = new InceptionA(256, 64);
  readonly Mixed_5d = new InceptionA(288, 64);
  readonly Mixed_6a = new InceptionB(288);
  readonly Mixed_6b = new InceptionC(768, 128);
  readonly Mixed_6c = new InceptionC(768, 160);
  readonly Mixed_6d = new InceptionC(768, 160);
  readonly Mixed_6e = new InceptionC(768, 192);
  readonly AuxLogits: InceptionAux | null;
  readonly Mixed_7a = new InceptionD(768);
  readonly Mixed_7b = new InceptionE(1280);
  readonly Mixed_7c = new InceptionE(2048);
  readonly avgpool = new AdaptiveAvgPool2d([1, 1]);
  readonly dropout: Dropout;
  readonly fc: Linear;
  readonly quant = new QuantStub();
  readonly dequant = new DeQuantStub();

  constructor(options: InceptionV3Options = {}) {
    super();
    const { classes, auxLogits, dropout } = withDefaults(
      "InceptionV3",
      { classes: 1000, auxLogits: false, dropout: 0.5 },
      options,
    );
    this.AuxLogits = auxLogits ? new InceptionAux(768, classes) : null;
    this.dropout = new Dropout(dropout);
    this.fc = new Linear(2048, classes);
  }

  override forward(images: Tensor): Tensor | InceptionOutputs {
    const stem = this.Conv2d_2b_3x3(this.Conv2d_2a_3x3(this.Conv2d_1a_3x3(this.quant(images))));
    const reduced = this.maxpool2(this.Conv2d_4a_3x3(this.Conv2d_3b_1x1(this.maxpool1(stem))));
    const fine = this.Mixed_5d(this.Mixed_5c(this.Mixed_5b(reduced)));
    const middle = this.Mixed_6e(this.Mixed_6d(this.Mixed_6c(this.Mixed_6b(this.Mixed_6a(fine)))));
    const coarse = this.avgpool(this.Mixed_7c(this.Mixed_7b(this.Mixed_7a(middle))));
    const logits = this.dequant(this.fc(flatten(this.dropout(coarse), { startDim: 1 })));
    if (!this.training || !this.AuxLogits) return logits;
    return { logits, auxLogits: this.AuxLogits(middle) };
  }

  override typeName(): string {
    return "QuantizableInception3";
  }
}
