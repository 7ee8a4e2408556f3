import type { Module } from "@octavo/nn";

/** Moves the hooks that watch the last module's output to the module that now makes that output. */
export function takeHooks(fused: Module, last: Module): void {
  for (const hook of last.forwardHooks) fused.registerForwardHook(hook);
  if (fused !== last) last.forwardHooks.clear();
}
