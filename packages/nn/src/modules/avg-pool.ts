import { withDefaults } from "@octavo/spec";
import { avgPool1d, avgPool2d, avgPool3d } from "@octavo/tensor";
import type { AvgPoolOptions, PerAxis, Tensor } from "@octavo/tensor";
import { pythonValue } from "../internal/python-text.ts";
import { requireSize } from "../internal/require-size.ts";
import { Module } from "../module.ts";

/** Mean of each window; its options are those of the function. */
abstract class AvgPool extends Module<[x: Tensor], Tensor> {
  readonly kernelSize: PerAxis;
  readonly stride: PerAxis;
  readonly padding: PerAxis;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: PerAxis, options: AvgPoolOptions = {}) {
    super();
    const defaults = {
      stride: kernelSize,
      padding: 0,
      ceilMode: false,
      countIncludePad: true,
      divisorOverride: null,
    };
    const settings = withDefaults(this.typeName(), defaults, options);
    this.kernelSize = requireSize(kernelSize, this.typeName(), "kernelSize");
    this.stride = settings.stride;
    this.padding = settings.padding;
    this.ceilMode = settings.ceilMode;
    this.countIncludePad = settings.countIncludePad;
    this.divisorOverride = settings.divisorOverride;
  }

  /** As the function takes them. */
  protected options(): AvgPoolOptions {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return { stride, padding, ceilMode, countIncludePad, divisorOverride };
  }

  override extraRepr(): string {
    return [
      `kernel_size=${this.text(this.kernelSize)}`,
      `stride=${this.text(this.stride)}`,
      `padding=${this.text(this.padding)}`,
    ].join(", ");
  }

  /** torch stores numbers as they came, except in 1-d pooling, which prints tuples. */
  protected text(value: PerAxis): string {
    return pythonValue(value);
  }
}

/** Mean of each window of (N, C, L). */
export class AvgPool1d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options());
  }

  protected override text(value: PerAxis): string {
    return pythonValue(typeof value === "number" ? [value] : value);
  }
}

/** Mean of each window of (N, C, H, W). */
export class AvgPool2d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options());
  }
}

/** Mean of each window of (N, C, D, H, W). */
export class AvgPool3d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options());
  }
}
