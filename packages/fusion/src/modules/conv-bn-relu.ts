import type { BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.ConvBnReLU1d: only in training; in evaluation it is a `ConvReLU1d`. */
export class ConvBnReLU1d extends FusedModule<[conv: Conv1d, bn: BatchNorm1d, relu: ReLU]> {}

/** torch.ao.nn.intrinsic.ConvBnReLU2d: only in training; in evaluation it is a `ConvReLU2d`. */
export class ConvBnReLU2d extends FusedModule<[conv: Conv2d, bn: BatchNorm2d, relu: ReLU]> {}

/** torch.ao.nn.intrinsic.ConvBnReLU3d: only in training; in evaluation it is a `ConvReLU3d`. */
export class ConvBnReLU3d extends FusedModule<[conv: Conv3d, bn: BatchNorm3d, relu: ReLU]> {}
