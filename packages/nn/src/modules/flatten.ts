import { flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { requireNumber } from "../internal/require-number.ts";
import { Module } from "../module.ts";

/** Axes `startDim` to `endDim` as one; by default all but the batch. */
export class Flatten extends Module<[x: Tensor], Tensor> {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = requireNumber(startDim, "Flatten", "startDim");
    this.endDim = requireNumber(endDim, "Flatten", "endDim");
  }

  override forward(x: Tensor): Tensor {
    return flatten(x, { startDim: this.startDim, endDim: this.endDim });
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}
