import { BatchNorm2d, Conv2d, ReLU, ReLU6, Sequential } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";

export type ActivationName = "relu" | "relu6";

export const activations: { readonly [A in ActivationName]: () => Module<[x: Tensor], Tensor> } = {
  relu: () => new ReLU(),
  relu6: () => new ReLU6(),
};

export interface ConvNormOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Default `relu`. */
  readonly activation?: ActivationName;
  /** False: batch norm was folded into the convolution, which then has a bias. Default true. */
  readonly norm?: boolean;
}

/**
 * Children "0" convolution, "1" batch norm, "2" activation; torchvision's Conv2dNormActivation. "same" padding for odd
 * kernels: (N, inChannels, H, W) → (N, outChannels, ⌈H/stride⌉, ⌈W/stride⌉).
 */
export class Conv2dNormActivation extends Sequential {
  constructor(inChannels: number, outChannels: number, options: ConvNormOptions = {}) {
    const { kernelSize = 3, stride = 1, groups = 1, activation = "relu", norm = true } = options;
    const padding = (kernelSize - 1) / 2;
    super(
      new Conv2d(inChannels, outChannels, kernelSize, { stride, padding, groups, bias: !norm }),
      ...normOf(outChannels, norm),
      activations[activation](),
    );
  }
}

/** Batch norm, or nothing where it was folded already: an Identity would stand between what fusion joins. */
export function normOf(channels: number, norm: boolean): readonly BatchNorm2d[] {
  return norm ? [new BatchNorm2d(channels)] : [];
}
