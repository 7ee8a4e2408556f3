import type { ReduceOpName } from "@octavo/spec";
import { constant, rule } from "../lowering-rule.ts";
import type { LoweringRules } from "../lowering-rule.ts";

const reduce = (operator: ReduceOpName) =>
  rule<{ dim: readonly number[]; keepdim: boolean }>(({ dim, keepdim }, { format }) => ({
    op: "reduce",
    attributes: { operator, axes: dim, ...(keepdim && { keepDim: true }) },
    format,
  }));

const softmax = (op: string) =>
  rule<{ dim: number }>(({ dim }, { format }) => ({ op, attributes: { axis: dim }, format }));

/** Ops that combine the elements along axes. */
export const reductions: LoweringRules = {
  sum: reduce("sum"),
  mean: reduce("mean"),
  amax: reduce("max"),
  amin: reduce("min"),
  prod: reduce("prod"),
  softmax: softmax("softmax"),
  logSoftmax: softmax("logSoftmax"),
  rowNorm: rule<{ eps: number }>(
    ({ eps }, { inputs: [, weight, bias] }) => ({
      op: "rowNorm",
      attributes: { eps },
      constants: { ...(weight && { weight: constant(weight) }), ...(bias && { bias: constant(bias) }) },
      format: "contiguous",
    }),
    1,
  ),
  matmul: rule(() => ({ op: "matmul", format: "contiguous" })),
};
