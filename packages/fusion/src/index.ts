export { fuseConvBn, fuseLinearBn, fuseWeights } from "./fuse-conv-bn.ts";
export type { FoldableLayer } from "./fuse-conv-bn.ts";
export { fuseModules, fuseModulesQat } from "./fuse-modules.ts";
export type { FuseOptions, Fused } from "./fuse-modules.ts";
export { fuseConvBnWeights, fuseLinearBnWeights } from "./fuse-weights.ts";
export type { ConvFoldOptions, FoldedWeights, NormStatistics } from "./fuse-weights.ts";
export { fuseGraph } from "./fuse-graph.ts";
export { FusionReport } from "./fusion-report.ts";
export type { FusedGroup, UnfusedGroup } from "./fusion-report.ts";
export { fusions } from "./fusions.ts";
export type { Fuser, FusionRule, ModuleClass } from "./fusion-rule.ts";
export { matchFusions } from "./match-fusions.ts";
export type { FusionGroup, FusionMatches, FusionMiss, MatchOptions } from "./match-fusions.ts";
export { BNReLU2d, BNReLU3d } from "./modules/bn-relu.ts";
export { ConvBnReLU1d, ConvBnReLU2d, ConvBnReLU3d } from "./modules/conv-bn-relu.ts";
export { ConvBn1dReLU6, ConvBn2dReLU6, ConvBn3dReLU6 } from "./modules/conv-bn-relu6.ts";
export { ConvBn1d, ConvBn2d, ConvBn3d } from "./modules/conv-bn.ts";
export { ConvReLU1d, ConvReLU2d, ConvReLU3d } from "./modules/conv-relu.ts";
export { Conv1dReLU6, Conv2dReLU6, Conv3dReLU6 } from "./modules/conv-relu6.ts";
export {
  ConvTransposeBnReLU1d,
  ConvTransposeBnReLU2d,
  ConvTransposeBnReLU3d,
} from "./modules/conv-transpose-bn-relu.ts";
export { ConvTransposeBn1d, ConvTransposeBn2d, ConvTransposeBn3d } from "./modules/conv-transpose-bn.ts";
export {
  ConvTransposeReLU1d,
  ConvTransposeReLU2d,
  ConvTransposeReLU3d,
} from "./modules/conv-transpose-relu.ts";
export { FusedModule } from "./modules/fused-module.ts";
export { LinearBn1dReLU } from "./modules/linear-bn-relu.ts";
export { LinearBn1d } from "./modules/linear-bn.ts";
export { LinearReLU } from "./modules/linear-relu.ts";
