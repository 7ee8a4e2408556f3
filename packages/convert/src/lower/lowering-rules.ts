import type { LoweringRule } from "./lowering-rule.ts";
import { elementwise } from "./rules/elementwise.ts";
import { layers } from "./rules/layers.ts";
import { moves } from "./rules/moves.ts";
import { pooling } from "./rules/pooling.ts";
import { quantized } from "./rules/quantized.ts";
import { reductions } from "./rules/reductions.ts";

/** By name of the tensor op. */
export const loweringRules: ReadonlyMap<string, LoweringRule> = new Map(
  Object.entries({ ...quantized, ...layers, ...elementwise, ...pooling, ...reductions, ...moves }),
);
