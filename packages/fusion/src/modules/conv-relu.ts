import type { Conv1d, Conv2d, Conv3d, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.ConvReLU1d. */
export class ConvReLU1d extends FusedModule<[conv: Conv1d, relu: ReLU]> {}

/** torch.ao.nn.intrinsic.ConvReLU2d. */
export class ConvReLU2d extends FusedModule<[conv: Conv2d, relu: ReLU]> {}

/** torch.ao.nn.intrinsic.ConvReLU3d. */
export class ConvReLU3d extends FusedModule<[conv: Conv3d, relu: ReLU]> {}
