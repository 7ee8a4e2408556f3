import type { BatchNorm1d, Linear } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.LinearBn1d: only in training; evaluation folds the batch norm away. */
export class LinearBn1d extends FusedModule<[linear: Linear, bn: BatchNorm1d]> {}
