import type { ExtraState, Module, StateDict } from "@octavo/nn";

/** Runs `body` with the model in eval mode, then puts training flags, buffers and observed ranges back as they were. */
export function withoutSideEffects<T>(model: Module, body: () => T): T {
  const flags = [...model.modules()].map((module) => [module, module.training] as const);
  const buffers = [...model.buffers()].map((buffer) => [buffer, buffer.raw().slice()] as const);
  const states = [...model.modules()]
    .filter(hasExtraState)
    .map((module) => [module, copyOf(module)] as const);
  // Not eval(): modules may override it, and frozen statistics must come back frozen.
  for (const [module] of flags) module.training = false;
  try {
    return body();
  } finally {
    for (const [module, training] of flags) module.training = training;
    for (const [buffer, values] of buffers) buffer.raw().set(values as never);
    // Loading may forget what was set by hand, so only what has changed is loaded.
    for (const [module, state] of states) if (isChanged(module, state)) module.loadExtraState(state);
  }
}

const hasExtraState = (module: Module): module is Module & ExtraState => "extraState" in module;

function copyOf(module: ExtraState): StateDict {
  return new Map([...module.extraState()].map(([name, x]) => [name, x.clone()]));
}

function isChanged(module: ExtraState, before: StateDict): boolean {
  return [...module.extraState()].some(([name, x]) => {
    const now: ArrayLike<unknown> = x.raw();
    const then: ArrayLike<unknown> | undefined = before.get(name)?.raw();
    return (
      now.length !== then?.length || Array.prototype.some.call(now, (value, i) => !Object.is(value, then[i]))
    );
  });
}
