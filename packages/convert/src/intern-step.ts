import type { ProgramStep } from "./program-op.ts";

const steps = new Map<string, ProgramStep>();
const most = 4096;

/**
 * The one frozen step with this content, so that what was prepared for it is found again; for functions, which have no
 * object of their own to keep it in. Only for steps without constants.
 */
export function internStep(step: Omit<ProgramStep, "constants">): ProgramStep {
  const key = JSON.stringify(step);
  let known = steps.get(key);
  if (!known) {
    if (steps.size >= most) steps.clear();
    steps.set(key, (known = Object.freeze({ ...step, constants: {} })));
  }
  return known;
}
