import { AdaptiveAvgPool2d, Dropout, Hardswish, Linear, Module, Sequential } from "@octavo/nn";
import { DeQuantStub, FloatFunctional, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { Conv2dNormActivation } from "./conv-norm-activation.ts";
import type { ActivationName } from "./conv-norm-activation.ts";
import { initMobileNet } from "./init-mobile-net.ts";
import { multipleOf8 } from "./multiple-of-8.ts";
import { SqueezeExcitation } from "./squeeze-excitation.ts";

/** One block: kernel, channels inside, output channels, with squeeze and excitation, activation, stride. */
type BlockSetting = readonly [
  kernel: number,
  hidden: number,
  out: number,
  squeeze: boolean,
  ActivationName,
  stride: number,
];

interface Setting {
  readonly blocks: readonly BlockSetting[];
  /** Channels between the two layers of the classifier. */
  readonly classifier: number;
}

/** Tables 1 and 2 of the paper. */
const settings = {
  large: {
    blocks: [
      [3, 16, 16, false, "relu", 1],
      [3, 64, 24, false, "relu", 2],
      [3, 72, 24, false, "relu", 1],
      [5, 72, 40, true, "relu", 2],
      [5, 120, 40, true, "relu", 1],
      [5, 120, 40, true, "relu", 1],
      [3, 240, 80, false, "hardswish", 2],
      [3, 200, 80, false, "hardswish", 1],
      [3, 184, 80, false, "hardswish", 1],
      [3, 184, 80, false, "hardswish", 1],
      [3, 480, 112, true, "hardswish", 1],
      [3, 672, 112, true, "hardswish", 1],
      [5, 672, 160, true, "hardswish", 2],
      [5, 960, 160, true, "hardswish", 1],
      [5, 960, 160, true, "hardswish", 1],
    ],
    classifier: 1280,
  },
  small: {
    blocks: [
      [3, 16, 16, true, "relu", 2],
      [3, 72, 24, false, "relu", 2],
      [3, 88, 24, false, "relu", 1],
      [5, 96, 40, true, "hardswish", 2],
      [5, 240, 40, true, "hardswish", 1],
      [5, 240, 40, true, "hardswish", 1],
      [5, 120, 48, true, "hardswish", 1],
      [5, 144, 48, true, "hardswish", 1],
      [5, 288, 96, true, "hardswish", 2],
      [5, 576, 96, true, "hardswish", 1],
      [5, 576, 96, true, "hardswish", 1],
    ],
    classifier: 1024,
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** torchvision's batch norm in this network. */
const norm = { eps: 0.001, momentum: 0.01 } as const;

/** Expand (1×1), depthwise, perhaps squeeze and excitation, project (1×1), and a skip connection where shapes agree. */
class InvertedResidual extends Module<[x: Tensor], Tensor> {
  readonly block: Sequential;
  readonly skipAdd: FloatFunctional;
  private readonly skips: boolean;

  constructor(inChannels: number, [kernelSize, hidden, out, squeeze, activation, stride]: BlockSetting) {
    super();
    const pointwise = { kernelSize: 1, norm };
    this.block = new Sequential(
      ...(hidden === inChannels
        ? []
        : [new Conv2dNormActivation(inChannels, hidden, { ...pointwise, activation })]),
      new Conv2dNormActivation(hidden, hidden, { kernelSize, stride, groups: hidden, activation, norm }),
      ...(squeeze ? [new SqueezeExcitation(hidden, multipleOf8(Math.floor(hidden / 4)))] : []),
      new Conv2dNormActivation(hidden, out, { ...pointwise, activation: null }),
    );
    this.skipAdd = new FloatFunctional();
    this.skips = stride === 1 && inChannels === out;
  }

  override forward(x: Tensor): Tensor {
    return this.skips ? this.skipAdd.add(x, this.block(x)) : this.block(x);
  }

  override typeName(): string {
    return "QuantizableInvertedResidual";
  }
}

export interface MobileNetV3Options {
  /** Default 1000. */
  readonly classes?: number;
  /** Multiplies all widths, rounded to multiples of 8. Default 1. */
  readonly widthMultiplier?: number;
  /** Probability, before the last layer. Default 0.2. */
  readonly dropout?: number;
}

/**
 * MobileNetV3 (Howard et al., "Searching for MobileNetV3", 2019), with stubs and FloatFunctionals, ready for `prepare`,
 * `prepareQat` and `convert`; torchvision's quantizable mobilenet_v3_large, whose state-dict names it has, and the small
 * one of the same kind. Images (N, 3, H, W), normally 224×224 → logits (N, classes).
 */
export class MobileNetV3 extends Module<[images: Tensor], Tensor> {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly classifier: Sequential;
  readonly quant: QuantStub;
  readonly dequant: DeQuantStub;

  constructor(size: keyof typeof settings, options: MobileNetV3Options = {}) {
    super();
    const defaults = { classes: 1000, widthMultiplier: 1, dropout: 0.2 };
    const { classes, widthMultiplier, dropout } = withDefaults("MobileNetV3", defaults, options);
    const width = (channels: number) => multipleOf8(channels * widthMultiplier);
    const { blocks, classifier }: Setting = settings[size];
    const activation = "hardswish";
    let channels = width(16);
    const layers: Module<[x: Tensor], Tensor>[] = [
      new Conv2dNormActivation(3, channels, { stride: 2, activation, norm }),
    ];
    for (const [kernel, hidden, out, ...rest] of blocks) {
      layers.push(new InvertedResidual(channels, [kernel, width(hidden), width(out), ...rest]));
      channels = width(out);
    }
    const last = 6 * channels;
    layers.push(new Conv2dNormActivation(channels, last, { kernelSize: 1, activation, norm }));
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(
      new Linear(last, width(classifier)),
      new Hardswish(),
      new Dropout(dropout),
      new Linear(width(classifier), classes),
    );
    this.quant = new QuantStub();
    this.dequant = new DeQuantStub();
    initMobileNet(this);
  }

  override forward(images: Tensor): Tensor {
    const x = this.avgpool(this.features(this.quant(images)));
    return this.dequant(this.classifier(flatten(x, { startDim: 1 })));
  }

  override typeName(): string {
    return "QuantizableMobileNetV3";
  }
}

/** 5 483 032 parameters with 1000 classes; 216.6 M multiply-adds for an image of 224×224. */
export const mobilenetV3Large = (options?: MobileNetV3Options): MobileNetV3 =>
  new MobileNetV3("large", options);

/** 2 542 856 parameters with 1000 classes; 56.5 M multiply-adds for an image of 224×224. */
export const mobilenetV3Small = (options?: MobileNetV3Options): MobileNetV3 =>
  new MobileNetV3("small", options);
