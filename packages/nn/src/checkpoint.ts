import { activeTracer, isGradEnabled, recomputed } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ModuleStates } from "./internal/module-states.ts";

/**
 * Runs a part of a network so that nothing of its inside is kept for backward, which runs it a second time instead: memory
 * for time, as torch.utils.checkpoint.checkpoint.
 *
 * ```ts ignore
 * for (const block of this.blocks) x = checkpoint(block, x);
 * ```
 *
 * The bits are those without it: dropout draws the same numbers again (from the default generator), and the second run sees
 * running statistics and observers as the first one did, and leaves them alone.
 *
 * @param run a module, or a function of tensors that returns one tensor. What it captures must not be tensors with history:
 * those are inputs.
 * @throws ArgumentError if it returns anything else.
 */
export function checkpoint<I extends Tensor[]>(run: (...inputs: I) => Tensor, ...inputs: I): Tensor {
  if (!isGradEnabled() || activeTracer()) return run(...inputs);
  const states = new ModuleStates();
  const first = (...xs: Tensor[]) => states.watch(() => run(...(xs as I)));
  const again = (...xs: Tensor[]) => states.asBefore(() => run(...(xs as I)));
  return recomputed(first, again, inputs);
}
