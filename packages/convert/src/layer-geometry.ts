import { ConvTransposeNd, Linear } from "@octavo/nn";
import type { ConvNd } from "@octavo/nn";
import type { WeightedLayer } from "@octavo/qat";
import type { Program } from "@octavo/spec";
import { spatialPadding } from "./spatial-padding.ts";

/** A layer as an op of the runtime. */
export interface LayerGeometry {
  readonly op: "conv" | "convTranspose" | "linear";
  readonly attributes: Program["ops"][number]["attributes"];
  /** Output channels. */
  readonly channels: number;
  /** How often per-channel values of the weight repeat over the output channels: groups of a transposed convolution. */
  readonly repeat: number;
}

export function layerGeometry(layer: WeightedLayer): LayerGeometry {
  if (layer instanceof Linear)
    return { op: "linear", attributes: {}, channels: layer.outFeatures, repeat: 1 };
  const { stride, dilation, groups, outChannels: channels } = layer as unknown as ConvNd;
  const common = { stride, dilation, groups };
  if (layer instanceof ConvTransposeNd) {
    const { padding, outputPadding } = layer;
    return {
      op: "convTranspose",
      attributes: { ...common, padding, outputPadding },
      channels,
      repeat: groups,
    };
  }
  const { padding, kernelSize } = layer as unknown as ConvNd;
  const attributes = { ...common, padding: spatialPadding(padding, kernelSize, dilation) };
  return { op: "conv", attributes, channels, repeat: 1 };
}
