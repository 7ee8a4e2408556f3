import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "@octavo/tensor";
import type { AdaptiveSize, Tensor } from "@octavo/tensor";
import { pythonValue } from "../internal/python-text.ts";
import { requireSize } from "../internal/require-size.ts";
import { Module } from "../module.ts";

/** Pooling over windows that divide the input evenly into `outputSize`; null keeps an axis as it is. */
abstract class AdaptivePool extends Module<[x: Tensor], Tensor> {
  readonly outputSize: AdaptiveSize;

  constructor(outputSize: AdaptiveSize) {
    super();
    this.outputSize = requireSize(outputSize, this.typeName(), "outputSize");
  }

  override extraRepr(): string {
    return `output_size=${pythonValue(this.outputSize)}`;
  }
}

/** Means of (N, C, L) over 1 axis. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/** Means of (N, C, H, W) over 2 axes. */
export class AdaptiveAvgPool2d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Means of (N, C, D, H, W) over 3 axes. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}

/** Largest values of (N, C, L) over 1 axis. */
export class AdaptiveMaxPool1d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/** Largest values of (N, C, H, W) over 2 axes. */
export class AdaptiveMaxPool2d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/** Largest values of (N, C, D, H, W) over 3 axes. */
export class AdaptiveMaxPool3d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this.outputSize);
  }
}
