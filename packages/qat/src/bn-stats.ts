import type { Module } from "@octavo/nn";
import { QatBnLayer } from "./modules/qat-bn-layer.ts";

const onBnLayer = (change: (module: QatBnLayer) => void) => (module: Module) => {
  if (module instanceof QatBnLayer) change(module);
};

/** `model.apply(freezeBnStats)`: batch norm uses its running statistics from now on, and `train()` no longer changes that. */
export const freezeBnStats = onBnLayer((layer) => layer.freezeBnStats());

/** `model.apply(updateBnStats)`: batch norm uses and updates with each batch's statistics again. */
export const updateBnStats = onBnLayer((layer) => layer.updateBnStats());
