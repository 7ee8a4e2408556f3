import { Dropout, Linear, Module, Sequential } from "@octavo/nn";
import { DeQuantStub, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { adaptiveAvgPool2d, flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { Conv2dNormActivation } from "./conv-norm-activation.ts";
import type { ActivationName } from "./conv-norm-activation.ts";
import { InvertedResidual } from "./inverted-residual.ts";
import { initMobileNet } from "./init-mobile-net.ts";
import { multipleOf8 } from "./multiple-of-8.ts";

/** Table 2 of the paper: expansion, output channels, repetitions, stride of the first. */
const settings = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

export interface MobileNetV2Options {
  /** Default 1000. */
  readonly classes?: number;
  /** Multiplies all widths, rounded to multiples of 8. Default 1. */
  readonly widthMultiplier?: number;
  /** torchvision's quantizable network has `relu` (the default), its float one and the published weights `relu6`. */
  readonly activation?: ActivationName;
  /** False for weights whose batch norms were folded already. Default true. */
  readonly norm?: boolean;
  /** Probability, before the classifier. Default 0.2. */
  readonly dropout?: number;
}

const defaults = { classes: 1000, widthMultiplier: 1, activation: "relu", norm: true, dropout: 0.2 } as const;

/**
 * MobileNetV2 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018), with stubs and a
 * FloatFunctional per skip connection, ready for `prepare`, `prepareQat` and `convert`; torchvision's quantizable
 * mobilenet_v2, whose state-dict names it has. Images (N, 3, H, W) of at least 32×32, normally 224×224 → logits (N, classes).
 *
 * 3 504 872 parameters with 1000 classes; 300.8 M multiply-adds for an image of 224×224.
 */
export class MobileNetV2 extends Module<[images: Tensor], Tensor> {
  readonly features: Sequential;
  readonly classifier: Sequential;
  readonly quant: QuantStub;
  readonly dequant: DeQuantStub;

  constructor(options: MobileNetV2Options = {}) {
    super();
    const chosen = withDefaults("MobileNetV2", defaults, options);
    const { classes, widthMultiplier, activation, norm, dropout } = chosen;
    const width = (channels: number) => multipleOf8(channels * widthMultiplier);
    let channels = width(32);
    const last = multipleOf8(1280 * Math.max(1, widthMultiplier));
    const layers: Module<[x: Tensor], Tensor>[] = [
      new Conv2dNormActivation(3, channels, { stride: 2, activation, norm }),
    ];
    for (const [expand, out, repeat, firstStride] of settings) {
      for (let i = 0; i < repeat; i++) {
        const stride = i === 0 ? firstStride : 1;
        layers.push(new InvertedResidual(channels, width(out), expand, { stride, activation, norm }));
        channels = width(out);
      }
    }
    layers.push(new Conv2dNormActivation(channels, last, { kernelSize: 1, activation, norm }));
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(new Dropout(dropout), new Linear(last, classes));
    this.quant = new QuantStub();
    this.dequant = new DeQuantStub();
    initMobileNet(this);
  }

  override forward(images: Tensor): Tensor {
    const x = adaptiveAvgPool2d(this.features(this.quant(images)), 1);
    return this.dequant(this.classifier(flatten(x, { startDim: 1 })));
  }

  override typeName(): string {
    return "QuantizableMobileNetV2";
  }
}
