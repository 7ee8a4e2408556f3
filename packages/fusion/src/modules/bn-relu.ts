import type { BatchNorm2d, BatchNorm3d, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.BNReLU2d. */
export class BNReLU2d extends FusedModule<[bn: BatchNorm2d, relu: ReLU]> {}

/** torch.ao.nn.intrinsic.BNReLU3d. */
export class BNReLU3d extends FusedModule<[bn: BatchNorm3d, relu: ReLU]> {}
