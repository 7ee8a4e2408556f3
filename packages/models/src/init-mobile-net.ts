import { Conv2d, init, Linear } from "@octavo/nn";
import type { Module } from "@octavo/nn";

/** Random weights as torchvision's MobileNets begin with: those of convolutions keep the variance of gradients. */
export function initMobileNet(model: Module<never, unknown>): void {
  for (const module of model.modules()) {
    if (module instanceof Conv2d) {
      init.kaimingNormal_(module.weight, { mode: "fanOut", nonlinearity: "relu" });
    } else if (module instanceof Linear) {
      init.normal_(module.weight, 0, 0.01);
    } else {
      continue;
    }
    if (module.bias) init.zeros_(module.bias);
  }
}
