import { fuseConvBnWeights, fuseLinearBnWeights } from "@octavo/fusion";
import type { FoldedWeights } from "@octavo/fusion";
import type { QatBnLayer } from "@octavo/qat";
import { noGrad } from "@octavo/tensor";
import { layerGeometry } from "../steps/layer-geometry.ts";

/** Weight and bias of a trained layer with its batch norm folded in, by its running statistics. */
export function foldedWeights(module: QatBnLayer): FoldedWeights {
  const { op, repeat } = layerGeometry(module.layer());
  return noGrad(() =>
    op === "linear"
      ? fuseLinearBnWeights(module.weight, module.bias, module.bn)
      : fuseConvBnWeights(module.weight, module.bias, module.bn, {
          transpose: op === "convTranspose",
          groups: repeat,
        }),
  );
}
