import type { BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d, ReLU6 } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** As `ConvBnReLU1d`, clamped at 6: not in torch, which replaces ReLU6 by ReLU. */
export class ConvBn1dReLU6 extends FusedModule<[conv: Conv1d, bn: BatchNorm1d, relu6: ReLU6]> {}

/** As `ConvBnReLU2d`, clamped at 6: not in torch, which replaces ReLU6 by ReLU. */
export class ConvBn2dReLU6 extends FusedModule<[conv: Conv2d, bn: BatchNorm2d, relu6: ReLU6]> {}

/** As `ConvBnReLU3d`, clamped at 6: not in torch, which replaces ReLU6 by ReLU. */
export class ConvBn3dReLU6 extends FusedModule<[conv: Conv3d, bn: BatchNorm3d, relu6: ReLU6]> {}
