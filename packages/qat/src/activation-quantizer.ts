import { FakeQuantize } from "@octavo/fake-quant";
import type { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import { FloatFunctional } from "./float-functional.ts";

/** A module whose output is watched, and rounded in training: field and state-dict name are torch's. */
interface Watched {
  activationPostProcess?: unknown;
}

/** The quantizer of a module's output, or null if it has none. */
export function activationQuantizerOf(module: Module): FakeQuantize | null {
  const quantizer = (module as Watched).activationPostProcess;
  return quantizer instanceof FakeQuantize ? quantizer : null;
}

/** Passes everything that the module returns through the quantizer, before hooks that it has already. */
export function watchOutput(module: Module, quantizer: FakeQuantize): void {
  (module as Watched).activationPostProcess = quantizer;
  // It passes its results on itself, except those of operations with numbers.
  if (module instanceof FloatFunctional) return;
  const later = [...module.forwardHooks];
  module.forwardHooks.clear();
  for (const hook of [quantizeOutput, ...later]) module.registerForwardHook(hook);
}

/** Looks the quantizer up at each call, so that it also serves clones of the module. */
function quantizeOutput(module: Module, _inputs: unknown[], output: unknown): unknown {
  return activationQuantizerOf(module)?.(output as Tensor);
}
