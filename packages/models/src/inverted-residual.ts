import { Conv2d, Module, Sequential } from "@octavo/nn";
import { FloatFunctional } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { Conv2dNormActivation, normOf } from "./conv-norm-activation.ts";
import type { ActivationName, ConvNormOptions } from "./conv-norm-activation.ts";

export type InvertedResidualOptions = Pick<ConvNormOptions, "stride" | "norm"> & {
  readonly activation?: ActivationName;
};

const defaults = { stride: 1, norm: true, activation: "relu" } as const;

/**
 * Expand (1×1), depthwise (3×3), project (1×1, no activation), and a skip connection where input and output have the
 * same shape. Sandler et al., "MobileNetV2", 2018; torchvision's QuantizableInvertedResidual, whose names it has.
 * (N, inChannels, H, W) → (N, outChannels, ⌈H/stride⌉, ⌈W/stride⌉).
 */
export class InvertedResidual extends Module<[x: Tensor], Tensor> {
  readonly conv: Sequential;
  readonly skipAdd = new FloatFunctional();
  private readonly skips: boolean;

  /** @param expand channels inside, as a multiple of the input's. */
  constructor(
    inChannels: number,
    outChannels: number,
    expand: number,
    options: InvertedResidualOptions = {},
  ) {
    super();
    const settings = withDefaults("InvertedResidual", defaults, options);
    const { stride, norm } = settings;
    const hidden = inChannels * expand;
    const expansion =
      expand === 1
        ? []
        : [new Conv2dNormActivation(inChannels, hidden, { ...settings, kernelSize: 1, stride: 1 })];
    this.conv = new Sequential(
      ...expansion,
      new Conv2dNormActivation(hidden, hidden, { ...settings, groups: hidden }),
      new Conv2d(hidden, outChannels, 1, { bias: !norm }),
      ...normOf(outChannels, norm),
    );
    this.skips = stride === 1 && inChannels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    return this.skips ? this.skipAdd.add(x, this.conv(x)) : this.conv(x);
  }

  override typeName(): string {
    return "QuantizableInvertedResidual";
  }
}
