import { withDefaults } from "@octavo/spec";
import { maxPool1d, maxPool2d, maxPool3d } from "@octavo/tensor";
import type { MaxPoolOptions, PerAxis, Tensor } from "@octavo/tensor";
import { pythonValue } from "../internal/python-text.ts";
import { requireSize } from "../internal/require-size.ts";
import { Module } from "../module.ts";

/** Largest value of each window; its options are those of the function. */
abstract class MaxPool extends Module<[x: Tensor], Tensor> {
  readonly kernelSize: PerAxis;
  readonly stride: PerAxis;
  readonly padding: PerAxis;
  readonly dilation: PerAxis;
  readonly ceilMode: boolean;

  constructor(kernelSize: PerAxis, options: MaxPoolOptions = {}) {
    super();
    const defaults = { stride: kernelSize, padding: 0, dilation: 1, ceilMode: false };
    const { stride, padding, dilation, ceilMode } = withDefaults(this.typeName(), defaults, options);
    this.kernelSize = requireSize(kernelSize, this.typeName(), "kernelSize");
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
  }

  /** As the function takes them. */
  protected options(): MaxPoolOptions {
    const { stride, padding, dilation, ceilMode } = this;
    return { stride, padding, dilation, ceilMode };
  }

  override extraRepr(): string {
    return [
      `kernel_size=${pythonValue(this.kernelSize)}`,
      `stride=${pythonValue(this.stride)}`,
      `padding=${pythonValue(this.padding)}`,
      `dilation=${pythonValue(this.dilation)}`,
      `ceil_mode=${pythonValue(this.ceilMode)}`,
    ].join(", ");
  }
}

/** Largest value of each window of (N, C, L). */
export class MaxPool1d extends MaxPool {
  override forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options());
  }
}

/** Largest value of each window of (N, C, H, W). */
export class MaxPool2d extends MaxPool {
  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options());
  }
}

/** Largest value of each window of (N, C, D, H, W). */
export class MaxPool3d extends MaxPool {
  override forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options());
  }
}
