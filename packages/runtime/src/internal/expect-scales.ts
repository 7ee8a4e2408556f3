import type { Step } from "../step.ts";

/**
 * With scales that are none, arithmetic on integers has no meaning, and kernels would differ.
 * @returns the smallest and the largest of each constant
 */
export function expectScales(step: Step, scale: string, offset: string): number[][] {
  return [step.expectBetween(scale, 0, Infinity), step.expectBetween(offset, -Infinity, Infinity)];
}
