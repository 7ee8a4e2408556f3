import { AdaptiveAvgPool2d, Conv2d, Hardsigmoid, Module, ReLU } from "@octavo/nn";
import { FloatFunctional } from "@octavo/qat";
import type { Tensor } from "@octavo/tensor";

/**
 * A gate from 0 to 1 per channel, computed from the mean of all channels (Hu et al., "Squeeze-and-Excitation Networks",
 * 2017), with a hard sigmoid as in MobileNetV3; torchvision's QuantizableSqueezeExcitation, whose names it has.
 * (N, channels, H, W) → the same shape.
 */
export class SqueezeExcitation extends Module<[x: Tensor], Tensor> {
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;
  readonly activation = new ReLU();
  readonly scaleActivation = new Hardsigmoid();
  readonly skipMul: FloatFunctional;

  /** @param squeezed channels in the middle */
  constructor(channels: number, squeezed: number) {
    super();
    this.fc1 = new Conv2d(channels, squeezed, 1);
    this.fc2 = new Conv2d(squeezed, channels, 1);
    this.skipMul = new FloatFunctional();
  }

  override forward(x: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(x)));
    return this.skipMul.mul(this.scaleActivation(this.fc2(squeezed)), x);
  }

  override typeName(): string {
    return "QuantizableSqueezeExcitation";
  }
}
