import { BatchNorm2d, Conv2d, Module, ReLU, Sequential } from "@octavo/nn";
import { FloatFunctional } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

export interface ResidualBlockOptions {
  /** Of the block: its first 3×3 convolution has it. Default 1. */
  readonly stride?: number;
}

export interface BottleneckOptions extends ResidualBlockOptions {
  /** Of the 3×3 convolution. Default 1. */
  readonly groups?: number;
  /** Channels of the 3×3 convolution, as a multiple of `width` over all groups, in 64ths. Default 64. */
  readonly widthPerGroup?: number;
}

/**
 * Two 3×3 convolutions around which the input is added: ResNet-18 and -34. He et al., "Deep Residual Learning for Image
 * Recognition", 2015; torchvision's QuantizableBasicBlock, whose names it has.
 * (N, inChannels, H, W) → (N, width, ⌈H/stride⌉, ⌈W/stride⌉).
 */
export class BasicBlock extends Module<[x: Tensor], Tensor> {
  /** Channels of the result, as a multiple of `width`. */
  static readonly expansion = 1;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu = new ReLU();
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  /** Where the result has another shape than the input. */
  readonly downsample: Sequential | null;
  readonly addRelu: FloatFunctional;

  constructor(inChannels: number, width: number, options: ResidualBlockOptions = {}) {
    super();
    const { stride } = withDefaults("BasicBlock", { stride: 1 }, options);
    this.conv1 = new Conv2d(inChannels, width, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = new Conv2d(width, width, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(width);
    this.downsample = downsampleOf(inChannels, width, stride);
    this.addRelu = new FloatFunctional();
  }

  override forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return this.addRelu.addRelu(y, this.downsample === null ? x : this.downsample(x));
  }

  override typeName(): string {
    return "QuantizableBasicBlock";
  }
}

/**
 * Reduce (1×1), 3×3, expand fourfold (1×1), around which the input is added: ResNet-50 and deeper, with the stride in the
 * 3×3 convolution ("ResNet v1.5"), and ResNeXt, where that has groups. torchvision's QuantizableBottleneck, whose names it has.
 * (N, inChannels, H, W) → (N, 4 · width, ⌈H/stride⌉, ⌈W/stride⌉).
 */
export class Bottleneck extends Module<[x: Tensor], Tensor> {
  static readonly expansion = 4;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  /** Unused here as in torchvision, where it belongs to the float network's class. */
  readonly relu = new ReLU();
  readonly downsample: Sequential | null;
  readonly skipAddRelu: FloatFunctional;
  readonly relu1: ReLU;
  readonly relu2: ReLU;

  constructor(inChannels: number, width: number, options: BottleneckOptions = {}) {
    super();
    const defaults = { stride: 1, groups: 1, widthPerGroup: 64 };
    const { stride, groups, widthPerGroup } = withDefaults("Bottleneck", defaults, options);
    const outChannels = width * Bottleneck.expansion;
    const inner = Math.floor((width * widthPerGroup) / 64) * groups;
    this.conv1 = new Conv2d(inChannels, inner, 1, { bias: false });
    this.bn1 = new BatchNorm2d(inner);
    this.conv2 = new Conv2d(inner, inner, 3, { stride, padding: 1, groups, bias: false });
    this.bn2 = new BatchNorm2d(inner);
    this.conv3 = new Conv2d(inner, outChannels, 1, { bias: false });
    this.bn3 = new BatchNorm2d(outChannels);
    this.downsample = downsampleOf(inChannels, outChannels, stride);
    this.skipAddRelu = new FloatFunctional();
    this.relu1 = new ReLU();
    this.relu2 = new ReLU();
  }

  override forward(x: Tensor): Tensor {
    const narrow = this.relu1(this.bn1(this.conv1(x)));
    const y = this.bn3(this.conv3(this.relu2(this.bn2(this.conv2(narrow)))));
    return this.skipAddRelu.addRelu(y, this.downsample === null ? x : this.downsample(x));
  }

  override typeName(): string {
    return "QuantizableBottleneck";
  }
}

function downsampleOf(inChannels: number, outChannels: number, stride: number): Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  const conv = new Conv2d(inChannels, outChannels, 1, { stride, bias: false });
  return new Sequential(conv, new BatchNorm2d(outChannels));
}
