import type { Module } from "@octavo/nn";
import { FakeQuantize } from "./fake-quantize.ts";

/**
 * Switches for a whole model, used as torch's: `model.apply(disableObserver)` fixes all ranges, `model.apply(disableFakeQuant)`
 * runs the float network with its observers.
 */
const onFakeQuantize = (change: (module: FakeQuantize) => void) => (module: Module) => {
  if (module instanceof FakeQuantize) change(module);
};

export const enableObserver = onFakeQuantize((m) => m.enableObserver());
export const disableObserver = onFakeQuantize((m) => m.disableObserver());
export const enableFakeQuant = onFakeQuantize((m) => m.enableFakeQuant());
export const disableFakeQuant = onFakeQuantize((m) => m.disableFakeQuant());
