import type { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** Not in torch, which runs the ReLU by itself. */
export class ConvTransposeReLU1d extends FusedModule<[conv: ConvTranspose1d, relu: ReLU]> {}

/** Not in torch, which runs the ReLU by itself. */
export class ConvTransposeReLU2d extends FusedModule<[conv: ConvTranspose2d, relu: ReLU]> {}

/** Not in torch, which runs the ReLU by itself. */
export class ConvTransposeReLU3d extends FusedModule<[conv: ConvTranspose3d, relu: ReLU]> {}
