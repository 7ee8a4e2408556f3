import type { Tensor } from "@octavo/tensor";
import { adaptiveAttributes, averageAttributes, maximumAttributes } from "../../steps/pool-attributes.ts";
import { resampleAttributes } from "../../steps/resample-attributes.ts";
import { everyRank, rule } from "../lowering-rule.ts";
import type { LoweredOp, LoweringRules } from "../lowering-rule.ts";

const format = "channelsLast";

const pool = <A>(op: string, attributesOf: (attributes: A, x: Tensor) => LoweredOp["attributes"]) =>
  rule<A>((given, { inputs: [x] }) => ({ op, attributes: attributesOf(given, x!), format }));

/** Maximum and mean over windows, and other sizes. */
export const pooling: LoweringRules = {
  ...everyRank("maxPool", pool("maxPool", maximumAttributes)),
  interpolate: pool("resample", resampleAttributes),
  ...everyRank("adaptiveMaxPool", pool("maxPool", adaptiveAttributes)),
  ...everyRank("avgPool", pool("avgPool", averageAttributes)),
  ...everyRank("adaptiveAvgPool", pool("avgPool", adaptiveAttributes)),
};
