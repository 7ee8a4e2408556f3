import { BatchNorm2d, Conv2d, Hardswish, ReLU, ReLU6, Sequential } from "@octavo/nn";
import type { BatchNormOptions, Module } from "@octavo/nn";
import { withDefaults } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

export type ActivationName = "relu" | "relu6" | "hardswish";

export const activations: { readonly [A in ActivationName]: () => Module<[x: Tensor], Tensor> } = {
  relu: () => new ReLU(),
  relu6: () => new ReLU6(),
  hardswish: () => new Hardswish(),
};

export interface ConvNormOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Default `relu`; null: none. */
  readonly activation?: ActivationName | null;
  /** False: batch norm was folded into the convolution, which then has a bias. Default true; options of the norm mean true. */
  readonly norm?: boolean | BatchNormOptions;
}

const defaults = { kernelSize: 3, stride: 1, groups: 1, activation: "relu", norm: true } as const;

/**
 * Children "0" convolution, "1" batch norm, "2" activation; torchvision's Conv2dNormActivation. "same" padding for odd
 * kernels: (N, inChannels, H, W) → (N, outChannels, ⌈H/stride⌉, ⌈W/stride⌉).
 */
export class Conv2dNormActivation extends Sequential {
  constructor(inChannels: number, outChannels: number, options: ConvNormOptions = {}) {
    const settings = withDefaults("Conv2dNormActivation", defaults, options);
    const { kernelSize, stride, groups, activation, norm } = settings;
    const padding = (kernelSize - 1) / 2;
    super(
      new Conv2d(inChannels, outChannels, kernelSize, { stride, padding, groups, bias: !norm }),
      ...normOf(outChannels, norm),
      ...(activation ? [activations[activation]()] : []),
    );
  }
}

/** Batch norm, or nothing where it was folded already: an Identity would stand between what fusion joins. */
export function normOf(channels: number, norm: boolean | BatchNormOptions): readonly BatchNorm2d[] {
  return norm ? [new BatchNorm2d(channels, norm === true ? {} : norm)] : [];
}
