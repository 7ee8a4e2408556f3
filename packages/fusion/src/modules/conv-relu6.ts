import type { Conv1d, Conv2d, Conv3d, ReLU6 } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** As `ConvReLU1d`, clamped at 6: not in torch, which replaces ReLU6 by ReLU. */
export class Conv1dReLU6 extends FusedModule<[conv: Conv1d, relu6: ReLU6]> {}

/** As `ConvReLU2d`, clamped at 6: not in torch, which replaces ReLU6 by ReLU. */
export class Conv2dReLU6 extends FusedModule<[conv: Conv2d, relu6: ReLU6]> {}

/** As `ConvReLU3d`, clamped at 6: not in torch, which replaces ReLU6 by ReLU. */
export class Conv3dReLU6 extends FusedModule<[conv: Conv3d, relu6: ReLU6]> {}
