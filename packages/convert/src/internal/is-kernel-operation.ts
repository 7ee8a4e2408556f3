import { ConvNd, ConvTransposeNd, Linear } from "@octavo/nn";
import type { WeightedLayer } from "@octavo/nn";

/** False for a layer of the user's own, and for a subclass that computes something else than its base. */
export function isKernelOperation(layer: WeightedLayer): boolean {
  return [Linear, ConvNd, ConvTransposeNd].some(
    ({ prototype }) =>
      layer.forward === prototype.forward && layer.weightedForward === prototype.weightedForward,
  );
}
