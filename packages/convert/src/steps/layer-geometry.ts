import { ConvTransposeNd, Linear } from "@octavo/nn";
import type { ConvNd } from "@octavo/nn";
import type { WeightedLayer } from "@octavo/nn";
import type { Program } from "@octavo/spec";
import { convolutionAttributes } from "./convolution-attributes.ts";

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
  const convolution = layer as unknown as ConvNd | ConvTransposeNd;
  const { outChannels: channels, groups, kernelSize } = convolution;
  const attributes = convolutionAttributes(convolution, kernelSize);
  return layer instanceof ConvTransposeNd
    ? { op: "convTranspose", attributes, channels, repeat: groups }
    : { op: "conv", attributes, channels, repeat: 1 };
}
