import type { OpFusion } from "../op-fusion.ts";
import type { Step } from "../step.ts";

/** Ops that can clamp what they store: attributes `low` and `high`. */
const layers = new Set(["floatConv", "floatConvTranspose", "channelAffine"]);

/** Operators of `unary` that are a clamp, as these attributes. */
const clamps: Readonly<Record<string, (step: Step) => { low: number; high?: number }>> = {
  relu: () => ({ low: 0 }),
  clamp: (step) => ({ low: step.number("alpha", 0), high: step.number("beta", 0) }),
};

/** A float layer, then relu, relu6 or another clamp: the layer stores what is clamped already. */
export const clampIntoLayer: OpFusion = ({ op: layer }, reader) => {
  const isPlain = layers.has(layer.op) && !("low" in layer.attributes || "high" in layer.attributes);
  if (!isPlain || reader.op.op !== "unary") return null;
  const range = clamps[reader.op.attributes.operator as string]?.(reader);
  if (!range || range.low > (range.high ?? Infinity)) return null;
  return { ...layer, attributes: { ...layer.attributes, ...range } };
};
