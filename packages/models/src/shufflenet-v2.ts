import { BatchNorm2d, Conv2d, Linear, MaxPool2d, Module, ReLU, Sequential } from "@octavo/nn";
import { DeQuantStub, FloatFunctional, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { channelShuffle, chunk, mean } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

type Layer = Module<[x: Tensor], Tensor>;

const pointwise = (inChannels: number, outChannels: number): readonly Layer[] => [
  new Conv2d(inChannels, outChannels, 1, { bias: false }),
  new BatchNorm2d(outChannels),
  new ReLU(),
];

const depthwise = (channels: number, stride: number): readonly Layer[] => [
  new Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false }),
  new BatchNorm2d(channels),
];

/**
 * Two branches of half the channels, joined and shuffled; with stride 1 the first passes half of the input on as it is.
 * torchvision's QuantizableInvertedResidual of ShuffleNetV2, whose names it has.
 * (N, inChannels, H, W) → (N, outChannels, ⌈H/stride⌉, ⌈W/stride⌉).
 */
class ShuffleUnit extends Module<[x: Tensor], Tensor> {
  readonly branch1: Sequential;
  readonly branch2: Sequential;
  readonly cat = new FloatFunctional();
  private readonly splits: boolean;

  constructor(inChannels: number, outChannels: number, stride: 1 | 2) {
    super();
    const half = outChannels / 2;
    this.splits = stride === 1;
    this.branch1 = new Sequential(
      ...(this.splits ? [] : [...depthwise(inChannels, stride), ...pointwise(inChannels, half)]),
    );
    this.branch2 = new Sequential(
      ...pointwise(this.splits ? half : inChannels, half),
      ...depthwise(half, stride),
      ...pointwise(half, half),
    );
  }

  override forward(x: Tensor): Tensor {
    const [left, right] = this.splits ? chunk(x, 2, { dim: 1 }) : [this.branch1(x), x];
    return channelShuffle(this.cat.cat([left, this.branch2(right)], { dim: 1 }), 2);
  }

  override typeName(): string {
    return "QuantizableInvertedResidual";
  }
}

/** Output channels of the three stages and the last convolution, per width; table 5 of the paper. */
const widths = {
  "0.5": [48, 96, 192, 1024],
  "1.0": [116, 232, 464, 1024],
  "1.5": [176, 352, 704, 1024],
  "2.0": [244, 488, 976, 2048],
} as const;

export interface ShuffleNetV2Options {
  /** Default 1000. */
  readonly classes?: number;
}

/**
 * ShuffleNetV2 (Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", 2018), with stubs
 * and FloatFunctionals, ready for `prepare`, `prepareQat` and `convert`; torchvision's quantizable shufflenet_v2_x0_5 …
 * x2_0, whose state-dict names it has. Images (N, 3, H, W), normally 224×224 → logits (N, classes).
 *
 * 1.4, 2.3, 3.5 and 7.4 M parameters; 40, 145, 296 and 583 M multiply-adds for an image of 224×224.
 */
export class ShuffleNetV2 extends Module<[images: Tensor], Tensor> {
  readonly conv1: Sequential;
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  readonly stage2: Sequential;
  readonly stage3: Sequential;
  readonly stage4: Sequential;
  readonly conv5: Sequential;
  readonly fc: Linear;
  readonly quant = new QuantStub();
  readonly dequant = new DeQuantStub();

  constructor(width: keyof typeof widths, options: ShuffleNetV2Options = {}) {
    super();
    const { classes } = withDefaults("ShuffleNetV2", { classes: 1000 }, options);
    const [second, third, fourth, last] = widths[width];
    const stage = (inChannels: number, outChannels: number, units: number) =>
      new Sequential(
        new ShuffleUnit(inChannels, outChannels, 2),
        ...Array.from({ length: units - 1 }, () => new ShuffleUnit(outChannels, outChannels, 1)),
      );
    this.conv1 = new Sequential(
      new Conv2d(3, 24, 3, { stride: 2, padding: 1, bias: false }),
      new BatchNorm2d(24),
      new ReLU(),
    );
    this.stage2 = stage(24, second, 4);
    this.stage3 = stage(second, third, 8);
    this.stage4 = stage(third, fourth, 4);
    this.conv5 = new Sequential(...pointwise(fourth, last));
    this.fc = new Linear(last, classes);
  }

  override forward(images: Tensor): Tensor {
    const x = this.maxpool(this.conv1(this.quant(images)));
    const y = this.conv5(this.stage4(this.stage3(this.stage2(x))));
    return this.dequant(this.fc(mean(y, { dim: [2, 3] })));
  }

  override typeName(): string {
    return "QuantizableShuffleNetV2";
  }
}
