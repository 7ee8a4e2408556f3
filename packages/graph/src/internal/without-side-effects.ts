import type { Module } from "@octavo/nn";

/** Runs `body` with the model in eval mode, then puts every training flag and buffer back as it was. */
export function withoutSideEffects<T>(model: Module, body: () => T): T {
  const flags = [...model.modules()].map((module) => [module, module.training] as const);
  const buffers = [...model.buffers()].map((buffer) => [buffer, buffer.raw().slice()] as const);
  // Not eval(): modules may override it, and frozen statistics must come back frozen.
  for (const [module] of flags) module.training = false;
  try {
    return body();
  } finally {
    for (const [module, training] of flags) module.training = training;
    for (const [buffer, values] of buffers) buffer.raw().set(values as never);
  }
}
