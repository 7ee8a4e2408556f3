import { ArgumentError } from "@octavo/spec";

/** torch's step from one batch to the next unless given. */
export const defaultAveragingConstant = 0.01;

/** `fl(m + fl(fl(batch − m) · c))`, every step in float32 as torch rounds it. */
export function movingAverage(running: number, batch: number, averagingConstant: number): number {
  const step = Math.fround(Math.fround(batch - running) * Math.fround(averagingConstant));
  return Math.fround(running + step);
}

/** @throws ArgumentError unless 0 < c ≤ 1, and unless c is 1 in a dynamic quantizer, which must forget earlier batches. */
export function requireAveragingConstant(where: string, averagingConstant: number, isDynamic: boolean): void {
  const got = String(averagingConstant);
  if (!(averagingConstant > 0 && averagingConstant <= 1)) {
    throw new ArgumentError({ where, expected: "averagingConstant above 0 and at most 1", got });
  }
  if (isDynamic && averagingConstant !== 1) {
    throw new ArgumentError({ where, expected: "averagingConstant 1 with isDynamic", got });
  }
}
