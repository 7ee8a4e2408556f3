import { channelShuffle, pixelShuffle, pixelUnshuffle } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { requireNumber } from "../internal/require-number.ts";
import { Module } from "../module.ts";

/** Channels of (N, C, …) seen as (groups, C / groups), transposed. */
export class ChannelShuffle extends Module<[x: Tensor], Tensor> {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = requireNumber(groups, "ChannelShuffle", "groups");
  }

  override forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}

/** (N, C r², H, W) → (N, C, H r, W r) */
export class PixelShuffle extends Module<[x: Tensor], Tensor> {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = requireNumber(upscaleFactor, "PixelShuffle", "upscaleFactor");
  }

  override forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** (N, C, H r, W r) → (N, C r², H, W) */
export class PixelUnshuffle extends Module<[x: Tensor], Tensor> {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = requireNumber(downscaleFactor, "PixelUnshuffle", "downscaleFactor");
  }

  override forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}
