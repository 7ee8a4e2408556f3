import type { BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.ConvBn1d: only in training; evaluation folds the batch norm away. */
export class ConvBn1d extends FusedModule {
  constructor(conv: Conv1d, bn: BatchNorm1d) {
    super(conv, bn);
  }
}

/** torch.ao.nn.intrinsic.ConvBn2d: only in training; evaluation folds the batch norm away. */
export class ConvBn2d extends FusedModule {
  constructor(conv: Conv2d, bn: BatchNorm2d) {
    super(conv, bn);
  }
}

/** torch.ao.nn.intrinsic.ConvBn3d: only in training; evaluation folds the batch norm away. */
export class ConvBn3d extends FusedModule {
  constructor(conv: Conv3d, bn: BatchNorm3d) {
    super(conv, bn);
  }
}
