import { fuseWeights } from "@octavo/fusion";
import type { QatBnLayer } from "@octavo/qat";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** Weight and bias of a trained layer with its batch norm folded in, by its running statistics. */
export function foldedWeights(module: QatBnLayer): { weight: Tensor; bias: Tensor } {
  return noGrad(() => fuseWeights(module.layer(), module.bn));
}
