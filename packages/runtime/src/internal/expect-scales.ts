import type { Step } from "../step.ts";

/** With scales that are none, arithmetic on integers has no meaning, and kernels would differ. */
export function expectScales(step: Step, scale: string, offset: string): void {
  step.expectBetween(scale, 0, Infinity);
  step.expectBetween(offset, -Infinity, Infinity);
}
