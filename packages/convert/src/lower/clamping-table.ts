import type { OpFusion } from "@octavo/runtime";
import { quantRanges } from "@octavo/spec";
import type { QInt } from "@octavo/spec";

/** Ops that clamp the integers that they store, to `low` … `high`: attributes, or else the range of what they give. */
const clampingOps = new Set(["add", "mul", "conv", "convTranspose", "linear"]);

/**
 * An addition, product or layer, then a table that only clamps, as a ReLU's does where the scale stays: the op clamps to less.
 *
 * For integers v, l ≤ h, and a table that is t(q) = clamp(q, t(l), t(h)) on l … h: t(clamp(v, l, h)) = clamp(v, t(l), t(h)).
 */
export const clampingTable: OpFusion = ({ op, outputs: [from] }, reader) => {
  if (!clampingOps.has(op.op) || reader.op.op !== "lookup") return null;
  const to = reader.quantized8(reader.outputs[0]);
  const { scale, zeroPoint, quantMin, quantMax } = from.qparams!;
  if (from.dtype !== to.dtype || scale !== to.qparams.scale || zeroPoint !== to.qparams.zeroPoint)
    return null;
  const { low = quantMin, high = quantMax, ...attributes } = op.attributes as Record<string, number>;
  const table = reader.constant("table", [to.dtype]).data as QInt;
  const tableOf = (q: number) => table[q - quantRanges[to.dtype][0]];
  const [newLow, newHigh] = [tableOf(low), tableOf(high)];
  for (let q = low; q <= high; q++) {
    if (tableOf(q) !== Math.min(Math.max(q, newLow), newHigh)) return null;
  }
  const range = {
    ...(newLow > to.qparams.quantMin && { low: newLow }),
    ...(newHigh < to.qparams.quantMax && { high: newHigh }),
  };
  return { ...op, attributes: { ...attributes, ...range } };
};
