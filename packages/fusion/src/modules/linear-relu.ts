import type { Linear, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** torch.ao.nn.intrinsic.LinearReLU. */
export class LinearReLU extends FusedModule<[linear: Linear, relu: ReLU]> {}
