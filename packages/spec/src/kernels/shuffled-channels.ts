import { denseStrides } from "../memory-format.ts";
import type { MemoryFormat } from "../memory-format.ts";
import { region } from "./shapes.ts";
import type { Region } from "./shapes.ts";

/** Channel i · (C / groups) + j of (N, C, spatial …) goes to channel j · groups + i, in the same memory format. */
export function shuffledChannels(
  shape: readonly number[],
  memoryFormat: MemoryFormat,
  groups: number,
): Region {
  const [batch, channels, ...spatial] = shape;
  const [ofBatch, ofChannel, ...ofSpatial] = denseStrides(shape, memoryFormat);
  const perGroup = channels / groups;
  return region({
    fromOffset: 0,
    toOffset: 0,
    sizes: [batch, ...spatial, perGroup, groups],
    fromStrides: [ofBatch, ...ofSpatial, ofChannel, perGroup * ofChannel],
    toStrides: [ofBatch, ...ofSpatial, groups * ofChannel, ofChannel],
  });
}
