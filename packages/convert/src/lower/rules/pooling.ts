import { adaptiveAttributes, averageAttributes, maximumAttributes } from "../../pool-attributes.ts";
import type { WindowAttributes } from "../../pool-attributes.ts";
import { everyRank, rule } from "../lowering-rule.ts";
import type { LoweringRules } from "../lowering-rule.ts";

const format = "channelsLast";

/** Maximum and mean over windows. */
export const pooling: LoweringRules = {
  ...everyRank(
    "maxPool",
    rule<WindowAttributes>((windows) => ({ op: "maxPool", attributes: maximumAttributes(windows), format })),
  ),
  ...everyRank(
    "avgPool",
    rule<WindowAttributes>((windows) => ({ op: "avgPool", attributes: averageAttributes(windows), format })),
  ),
  ...everyRank(
    "adaptiveAvgPool",
    rule<{ outputSize: readonly (number | null)[] }>((attributes, { inputs: [x] }) => ({
      op: "avgPool",
      attributes: adaptiveAttributes(attributes, x!),
      format,
    })),
  ),
};
