import type { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** Not in torch, which runs the ReLU by itself. */
export class ConvTransposeReLU1d extends FusedModule {
  constructor(conv: ConvTranspose1d, relu: ReLU) {
    super(conv, relu);
  }
}

/** Not in torch, which runs the ReLU by itself. */
export class ConvTransposeReLU2d extends FusedModule {
  constructor(conv: ConvTranspose2d, relu: ReLU) {
    super(conv, relu);
  }
}

/** Not in torch, which runs the ReLU by itself. */
export class ConvTransposeReLU3d extends FusedModule {
  constructor(conv: ConvTranspose3d, relu: ReLU) {
    super(conv, relu);
  }
}
