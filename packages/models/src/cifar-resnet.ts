import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Identity,
  Linear,
  Module,
  ReLU,
  Sequential,
} from "@octavo/nn";
import { DeQuantStub, FloatFunctional, QuantStub } from "@octavo/qat";
import { ArgumentError, withDefaults } from "@octavo/spec";
import { flatten, pad, slice } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/**
 * Shortcut without weights ("option A" of He et al., 2015): every second pixel, and zeros for the new channels.
 * (N, C, H, W) → (N, outChannels, ⌈H/2⌉, ⌈W/2⌉).
 */
class SubsampleAndPad extends Module<[x: Tensor], Tensor> {
  private readonly extra: number;

  constructor(inChannels: number, outChannels: number) {
    super();
    this.extra = outChannels - inChannels;
  }

  override forward(x: Tensor): Tensor {
    const half = slice(slice(x, 2, 0, null, 2), 3, 0, null, 2);
    const before = Math.floor(this.extra / 2);
    return pad(half, [0, 0, 0, 0, before, this.extra - before]);
  }
}

/**
 * Two 3×3 convolutions and a shortcut around them, added before the last ReLU.
 * (N, inChannels, H, W) → (N, outChannels, ⌈H/stride⌉, ⌈W/stride⌉).
 */
class BasicBlock extends Module<[x: Tensor], Tensor> {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu = new ReLU();
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly shortcut: Module<[x: Tensor], Tensor>;
  readonly addRelu = new FloatFunctional();

  constructor(inChannels: number, outChannels: number, stride: number) {
    super();
    this.conv1 = new Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(outChannels);
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(outChannels);
    this.shortcut = stride === 1 ? new Identity() : new SubsampleAndPad(inChannels, outChannels);
  }

  override forward(x: Tensor): Tensor {
    // First, so that backward comes to it last and adds its few elements to the other path's gradient.
    const shortcut = this.shortcut(x);
    const y = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return this.addRelu.addRelu(y, shortcut);
  }
}

export interface CifarResNetOptions {
  /** Default 10. */
  readonly classes?: number;
}

/**
 * ResNet for 32×32 images: three stages of 16, 32, 64 channels, depth 6n + 2 (20, 32, 44, 56, …), with stubs and
 * FloatFunctionals. He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2, with shortcuts of
 * option A; state-dict names as in akamaster/pytorch_resnet_cifar10. Images (N, 3, 32, 32) → logits (N, classes).
 *
 * Throws `ArgumentError` for a depth that is not 6n + 2.
 */
export class CifarResNet extends Module<[images: Tensor], Tensor> {
  readonly quant = new QuantStub();
  readonly conv1 = new Conv2d(3, 16, 3, { padding: 1, bias: false });
  readonly bn1 = new BatchNorm2d(16);
  readonly relu = new ReLU();
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly pool = new AdaptiveAvgPool2d(1);
  readonly linear: Linear;
  readonly dequant = new DeQuantStub();

  constructor(depth: number, options: CifarResNetOptions = {}) {
    super();
    const { classes } = withDefaults("CifarResNet", { classes: 10 }, options);
    const blocks = (depth - 2) / 6;
    if (!Number.isInteger(blocks) || blocks < 1) {
      throw new ArgumentError({
        where: "CifarResNet",
        expected: "a depth of 6n + 2: 8, 14, 20, 32, …",
        got: `${depth}`,
      });
    }
    this.layer1 = stage(16, 16, blocks, 1);
    this.layer2 = stage(16, 32, blocks, 2);
    this.layer3 = stage(32, 64, blocks, 2);
    this.linear = new Linear(64, classes);
  }

  override forward(images: Tensor): Tensor {
    const x = this.relu(this.bn1(this.conv1(this.quant(images))));
    const y = this.pool(this.layer3(this.layer2(this.layer1(x))));
    return this.dequant(this.linear(flatten(y, { startDim: 1 })));
  }
}

function stage(inChannels: number, outChannels: number, blocks: number, stride: number): Sequential {
  return new Sequential(
    ...Array.from({ length: blocks }, (_, i) =>
      i === 0 ? new BasicBlock(inChannels, outChannels, stride) : new BasicBlock(outChannels, outChannels, 1),
    ),
  );
}

/** ResNet-20 for CIFAR-10: 269 722 parameters, 40.6 M multiply-adds for an image of 32×32. */
export const resnet20 = (options?: CifarResNetOptions): CifarResNet => new CifarResNet(20, options);
