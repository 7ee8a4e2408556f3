import { memoryOrder } from "@octavo/spec";
import type { MemoryFormat, ReduceOpName } from "@octavo/spec";
import { constant, rule } from "../lowering-rule.ts";
import type { LoweredStep, LoweringRules } from "../lowering-rule.ts";

/**
 * The runtime reduces axes that are neighbours in memory. Others are reduced one run of neighbours after the other, the innermost
 * first: `mean` and `sum` of the tensor package go the same way, so the bits are theirs.
 */
const reduce = (operator: ReduceOpName) =>
  rule<{ dim: readonly number[]; keepdim: boolean }>(({ dim, keepdim }, { format, inputs: [x] }) => {
    const runs = runsOf(dim, memoryOrder(x!.rank, format));
    if (runs.length < 2) {
      return { op: "reduce", attributes: { operator, axes: dim, ...(keepdim && { keepDim: true }) }, format };
    }
    const steps = runs.map((axes) => reduceStep(operator, axes, format));
    if (!keepdim) return { op: "reshape", first: steps, format: "contiguous" };
    const { op, attributes } = steps[steps.length - 1];
    return { op, attributes, first: steps.slice(0, -1), format };
  });

function reduceStep(operator: ReduceOpName, axes: readonly number[], format: MemoryFormat): LoweredStep {
  return {
    op: "reduce",
    attributes: { operator, axes, keepDim: true },
    format,
    shape: (x) => x.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  };
}

/**
 * Axes that follow each other in memory, the innermost run first. Where channels are innermost, what is left of them, size 1, lies
 * behind the batch from then on: both formats are the same.
 */
function runsOf(dim: readonly number[], order: readonly number[]): readonly (readonly number[])[] {
  const runs: number[][] = [];
  let isOpen = false;
  for (const axis of order) {
    if (!dim.includes(axis)) isOpen = false;
    else if (isOpen) runs[0].push(axis);
    else {
      runs.unshift([axis]);
      isOpen = true;
    }
  }
  const outermost = runs[runs.length - 1];
  if (outermost?.includes(0) && dim.includes(1) && !outermost.includes(1)) outermost.push(1);
  return runs;
}

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
