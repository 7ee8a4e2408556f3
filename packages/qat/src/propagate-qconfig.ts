import type { Module } from "@octavo/nn";
import type { QConfig } from "./qconfig.ts";

/**
 * Each module's QConfig: its own `qconfig` field, else that of the nearest module above; null means stay float.
 * torch's propagate_qconfig_, without writing into the modules.
 */
export function propagateQConfig(
  model: Module,
  inherited: QConfig | null = null,
): Map<Module, QConfig | null> {
  const found = new Map<Module, QConfig | null>();
  const visit = (module: Module, above: QConfig | null) => {
    if (found.has(module)) return;
    const own = module.qconfig === undefined ? above : (module.qconfig as QConfig | null);
    found.set(module, own);
    for (const child of module.children()) visit(child, own);
  };
  visit(model, inherited);
  return found;
}
