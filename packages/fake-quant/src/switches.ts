import type { Module } from "@octavo/nn";
import { FakeQuantize } from "./fake-quantize.ts";

/** A function for `model.apply`, which reaches every quantizer of a model. */
const onFakeQuantize = (change: (module: FakeQuantize) => void) => (module: Module) => {
  if (module instanceof FakeQuantize) change(module);
};

/** `model.apply(enableObserver)`: ranges follow the data again. */
export const enableObserver = onFakeQuantize((m) => m.enableObserver());
/** `model.apply(disableObserver)`: all ranges stay as they are now. */
export const disableObserver = onFakeQuantize((m) => m.disableObserver());
/** `model.apply(enableFakeQuant)`: values are rounded again. @throws QuantizationError where an observer has no range. */
export const enableFakeQuant = onFakeQuantize((m) => m.enableFakeQuant());
/** `model.apply(disableFakeQuant)`: the float network, with its observers. */
export const disableFakeQuant = onFakeQuantize((m) => m.disableFakeQuant());
