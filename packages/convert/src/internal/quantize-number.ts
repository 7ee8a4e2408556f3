import { kernels } from "@octavo/backend";
import { channelBlocks } from "@octavo/spec";
import type { ActivationQParams } from "./program-value.ts";

const one = channelBlocks({ outer: 1, channels: 1, inner: 1 });

/** The integer of one real number: the quantize kernel's rounding and clamping. */
export function quantizeNumber(
  value: number,
  { scale, zeroPoint, quantMin, quantMax }: ActivationQParams,
): number {
  const q = new Int32Array(1);
  const zero = Int32Array.of(zeroPoint);
  kernels().quantize(Float32Array.of(value), Float32Array.of(scale), zero, q, one, quantMin, quantMax);
  return q[0];
}
