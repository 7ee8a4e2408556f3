import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  init,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "@octavo/nn";
import { DeQuantStub, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import { flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { BasicBlock, Bottleneck } from "./residual-blocks.ts";
import type { BottleneckOptions, ResidualBlockOptions } from "./residual-blocks.ts";

export interface ResNetOptions {
  /** Default 1000. */
  readonly classes?: number;
}

/** A block with its groups chosen, if it has any. */
type MakeBlock = (
  inChannels: number,
  width: number,
  options: ResidualBlockOptions,
) => BasicBlock | Bottleneck;

/** Blocks of the four stages. */
type Stages = readonly [number, number, number, number];

/**
 * ResNet for large images, with stubs and a FloatFunctional per block, ready for `prepareQat` and `convert`; state-dict
 * names are torchvision's. Images (N, 3, H, W), normally 224×224 → logits (N, classes).
 */
export class ResNet extends Module<[images: Tensor], Tensor> {
  readonly conv1 = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  readonly bn1 = new BatchNorm2d(64);
  readonly relu = new ReLU();
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d([1, 1]);
  readonly fc: Linear;
  readonly quant: QuantStub;
  readonly dequant: DeQuantStub;

  constructor(makeBlock: MakeBlock, expansion: number, stages: Stages, options: ResNetOptions = {}) {
    super();
    const { classes } = withDefaults("ResNet", { classes: 1000 }, options);
    let channels = 64;
    const stage = (width: number, count: number, firstStride: number) => {
      const blocks = Array.from({ length: count }, (_, i) => {
        const block = makeBlock(channels, width, { stride: i === 0 ? firstStride : 1 });
        channels = width * expansion;
        return block;
      });
      return new Sequential(...blocks);
    };
    this.layer1 = stage(64, stages[0], 1);
    this.layer2 = stage(128, stages[1], 2);
    this.layer3 = stage(256, stages[2], 2);
    this.layer4 = stage(512, stages[3], 2);
    this.fc = new Linear(channels, classes);
    this.quant = new QuantStub();
    this.dequant = new DeQuantStub();
    // As torchvision does.
    for (const module of this.modules()) {
      if (module instanceof Conv2d) {
        init.kaimingNormal_(module.weight, { mode: "fanOut", nonlinearity: "relu" });
      }
    }
  }

  override forward(images: Tensor): Tensor {
    const x = this.maxpool(this.relu(this.bn1(this.conv1(this.quant(images)))));
    const y = this.avgpool(this.layer4(this.layer3(this.layer2(this.layer1(x)))));
    return this.dequant(this.fc(flatten(y, { startDim: 1 })));
  }

  override typeName(): string {
    return "QuantizableResNet";
  }
}

const withBasicBlocks = (stages: Stages, options?: ResNetOptions): ResNet =>
  new ResNet((...block) => new BasicBlock(...block), BasicBlock.expansion, stages, options);

const withBottlenecks = (stages: Stages, groups: BottleneckOptions, options?: ResNetOptions): ResNet =>
  new ResNet(
    (inChannels, width, block) => new Bottleneck(inChannels, width, { ...block, ...groups }),
    Bottleneck.expansion,
    stages,
    options,
  );

/** ResNet-18: 11.7 M parameters, 1.81 G multiply-adds for a 224×224 image. */
export const resnet18 = (options?: ResNetOptions): ResNet => withBasicBlocks([2, 2, 2, 2], options);

/** ResNet-50: 25.6 M parameters, 4.09 G multiply-adds for a 224×224 image. */
export const resnet50 = (options?: ResNetOptions): ResNet => withBottlenecks([3, 4, 6, 3], {}, options);

/** ResNeXt-50 32×4d (Xie et al. 2017): 25.0 M parameters, 4.23 G multiply-adds for a 224×224 image. */
export const resnext50_32x4d = (options?: ResNetOptions): ResNet =>
  withBottlenecks([3, 4, 6, 3], { groups: 32, widthPerGroup: 4 }, options);

/** ResNeXt-101 32×8d: 88.8 M parameters, 16.4 G multiply-adds for a 224×224 image. */
export const resnext101_32x8d = (options?: ResNetOptions): ResNet =>
  withBottlenecks([3, 4, 23, 3], { groups: 32, widthPerGroup: 8 }, options);

/** ResNeXt-101 64×4d: 83.5 M parameters, 15.5 G multiply-adds for a 224×224 image. */
export const resnext101_64x4d = (options?: ResNetOptions): ResNet =>
  withBottlenecks([3, 4, 23, 3], { groups: 64, widthPerGroup: 4 }, options);
