import { callContext, setCallContext, tensorsIn } from "@octavo/tensor";
import type { CallContext } from "@octavo/tensor";
import type { Module } from "./module.ts";

/** Modules being called now, outermost first: errors say where they happened without any cost while all goes well. */
const calls: Module[] = [];

const context: CallContext = {
  where: () => nameOf(calls[calls.length - 1]),
  nameOf: (module) => nameOf(module as Module),
};

/**
 * Runs a forward; errors inside know which module it is. What a model is given comes from its caller: that another model saw
 * it before is no matter of this one.
 */
export function enterCall<T>(module: Module, inputs: readonly unknown[], run: () => T): T {
  if (calls.length === 0) {
    for (const x of tensorsIn(inputs)) x.producer = null;
    if (callContext() === null) setCallContext(context);
  }
  calls.push(module);
  try {
    return run();
  } finally {
    calls.pop();
    if (calls.length === 0) setCallContext(null);
  }
}

/** `features.3.conv.1 (Conv2d)`: the path below the model that was called first. */
function nameOf(module: Module): string {
  for (const [path, candidate] of calls[0]?.namedModules() ?? []) {
    if (candidate === module) return path ? `${path} (${module.typeName()})` : module.typeName();
  }
  return module.typeName();
}
