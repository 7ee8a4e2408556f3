/**
 * What `nn` tells error messages while a model runs: where execution is, and what a module is called. `tensor` does not
 * know modules, so it only keeps the slot.
 */
export interface CallContext {
  /** `features.3.conv.1 (Conv2d)` */
  where(): string;
  /** Path and type of a module of the running model. */
  nameOf(module: object): string;
}

let current: CallContext | null = null;

/** The context of the model that is running, or null outside of models. */
export function callContext(): CallContext | null {
  return current;
}

/** For `nn`: enters a context, or leaves it with null. */
export function setCallContext(context: CallContext | null): void {
  current = context;
}
