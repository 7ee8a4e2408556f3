import { AdaptiveAvgPool2d, Dropout, Linear, MaxPool2d, Module, ReLU, Sequential } from "@octavo/nn";
import { DeQuantStub, FloatFunctional, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { adaptiveAvgPool2d, flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { BasicConv2d } from "./basic-conv.ts";

/**
 * Channels of the four branches: 1×1; reduced, then 3×3; reduced, then the second 3×3 (5×5 in the paper, 3×3 in the
 * published weights); after pooling.
 */
type Branches = readonly [
  one: number,
  reduced: number,
  three: number,
  reducedSecond: number,
  second: number,
  pooled: number,
];

/** Four branches side by side; torchvision's QuantizableInception. (N, C, H, W) → (N, their sum, H, W). */
class Inception extends Module<[x: Tensor], Tensor> {
  readonly branch1: BasicConv2d;
  readonly branch2: Sequential;
  readonly branch3: Sequential;
  readonly branch4: Sequential;
  readonly cat: FloatFunctional;

  constructor(inChannels: number, [one, reduced, three, reducedSecond, second, pooled]: Branches) {
    super();
    this.branch1 = new BasicConv2d(inChannels, one, 1);
    this.branch2 = new Sequential(
      new BasicConv2d(inChannels, reduced, 1),
      new BasicConv2d(reduced, three, 3, { padding: 1 }),
    );
    this.branch3 = new Sequential(
      new BasicConv2d(inChannels, reducedSecond, 1),
      new BasicConv2d(reducedSecond, second, 3, { padding: 1 }),
    );
    this.branch4 = new Sequential(
      new MaxPool2d(3, { stride: 1, padding: 1, ceilMode: true }),
      new BasicConv2d(inChannels, pooled, 1),
    );
    this.cat = new FloatFunctional();
  }

  override forward(x: Tensor): Tensor {
    return this.cat.cat([this.branch1(x), this.branch2(x), this.branch3(x), this.branch4(x)], { dim: 1 });
  }

  override typeName(): string {
    return "QuantizableInception";
  }
}

/** Logits from the middle of the network, for training; torchvision's QuantizableInceptionAux. */
class InceptionAux extends Module<[x: Tensor], Tensor> {
  readonly conv: BasicConv2d;
  readonly fc1 = new Linear(2048, 1024);
  readonly fc2: Linear;
  readonly dropout = new Dropout(0.7);
  readonly relu = new ReLU();

  constructor(inChannels: number, classes: number) {
    super();
    this.conv = new BasicConv2d(inChannels, 128, 1);
    this.fc2 = new Linear(1024, classes);
  }

  override forward(x: Tensor): Tensor {
    const small = flatten(this.conv(adaptiveAvgPool2d(x, 4)), { startDim: 1 });
    return this.fc2(this.dropout(this.relu(this.fc1(small))));
  }

  override typeName(): string {
    return "QuantizableInceptionAux";
  }
}

/** What GoogLeNet gives in training with `auxLogits`. */
export interface GoogLeNetOutputs {
  readonly logits: Tensor;
  readonly auxLogits2: Tensor;
  readonly auxLogits1: Tensor;
}

export interface GoogLeNetOptions {
  /** Default 1000. */
  readonly classes?: number;
  /** Two more classifiers, used in training only: forward then gives three logits. Default false. */
  readonly auxLogits?: boolean;
  /** Probability, before the last layer. Default 0.2. */
  readonly dropout?: number;
}

/**
 * GoogLeNet (Szegedy et al., "Going Deeper with Convolutions", 2014), with stubs and FloatFunctionals, ready for `prepare`,
 * `prepareQat` and `convert`; torchvision's quantizable googlenet, whose state-dict names it has (with `auxLogits`, all).
 * Images (N, 3, H, W) of at least 15×15, normally 224×224 → logits (N, classes).
 *
 * 6.6 M parameters (13.0 M with the classifiers for training); 1.50 G multiply-adds for an image of 224×224.
 */
export class GoogLeNet extends Module<[images: Tensor], Tensor | GoogLeNetOutputs> {
  readonly conv1 = new BasicConv2d(3, 64, 7, { stride: 2, padding: 3 });
  readonly maxpool1 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  readonly conv2 = new BasicConv2d(64, 64, 1);
  readonly conv3 = new BasicConv2d(64, 192, 3, { padding: 1 });
  readonly maxpool2 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  readonly inception3a = new Inception(192, [64, 96, 128, 16, 32, 32]);
  readonly inception3b = new Inception(256, [128, 128, 192, 32, 96, 64]);
  readonly maxpool3 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  readonly inception4a = new Inception(480, [192, 96, 208, 16, 48, 64]);
  readonly inception4b = new Inception(512, [160, 112, 224, 24, 64, 64]);
  readonly inception4c = new Inception(512, [128, 128, 256, 24, 64, 64]);
  readonly inception4d = new Inception(512, [112, 144, 288, 32, 64, 64]);
  readonly inception4e = new Inception(528, [256, 160, 320, 32, 128, 128]);
  readonly maxpool4 = new MaxPool2d(2, { stride: 2, ceilMode: true });
  readonly inception5a = new Inception(832, [256, 160, 320, 32, 128, 128]);
  readonly inception5b = new Inception(832, [384, 192, 384, 48, 128, 128]);
  readonly aux1: InceptionAux | null;
  readonly aux2: InceptionAux | null;
  readonly avgpool = new AdaptiveAvgPool2d([1, 1]);
  readonly dropout: Dropout;
  readonly fc: Linear;
  readonly quant = new QuantStub();
  readonly dequant = new DeQuantStub();

  constructor(options: GoogLeNetOptions = {}) {
    super();
    const { classes, auxLogits, dropout } = withDefaults(
      "GoogLeNet",
      { classes: 1000, auxLogits: false, dropout: 0.2 },
      options,
    );
    this.aux1 = auxLogits ? new InceptionAux(512, classes) : null;
    this.aux2 = auxLogits ? new InceptionAux(528, classes) : null;
    this.dropout = new Dropout(dropout);
    this.fc = new Linear(1024, classes);
  }

  override forward(images: Tensor): Tensor | GoogLeNetOutputs {
    let x = this.maxpool1(this.conv1(this.quant(images)));
    x = this.maxpool2(this.conv3(this.conv2(x)));
    x = this.maxpool3(this.inception3b(this.inception3a(x)));
    const first = this.inception4a(x);
    const second = this.inception4d(this.inception4c(this.inception4b(first)));
    x = this.maxpool4(this.inception4e(second));
    x = this.avgpool(this.inception5b(this.inception5a(x)));
    const logits = this.dequant(this.fc(this.dropout(flatten(x, { startDim: 1 }))));
    if (!this.training || !this.aux1 || !this.aux2) return logits;
    return { logits, auxLogits2: this.aux2(second), auxLogits1: this.aux1(first) };
  }

  override typeName(): string {
    return "QuantizableGoogLeNet";
  }
}
