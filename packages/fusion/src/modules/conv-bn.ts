import type { BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.ConvBn1d: only in training; evaluation folds the batch norm away. */
export class ConvBn1d extends FusedModule<[conv: Conv1d, bn: BatchNorm1d]> {}

/** torch.ao.nn.intrinsic.ConvBn2d: only in training; evaluation folds the batch norm away. */
export class ConvBn2d extends FusedModule<[conv: Conv2d, bn: BatchNorm2d]> {}

/** torch.ao.nn.intrinsic.ConvBn3d: only in training; evaluation folds the batch norm away. */
export class ConvBn3d extends FusedModule<[conv: Conv3d, bn: BatchNorm3d]> {}
