import { QuantizationError } from "@octavo/spec";
import { activationQParams } from "../../internal/program-value.ts";
import { quantizeNumber } from "../../internal/quantize-number.ts";
import { rule } from "../lowering-rule.ts";
import type { LoweringRules } from "../lowering-rule.ts";

const reshape = rule(() => ({ op: "reshape", format: "contiguous" }));

interface Slice {
  readonly dim: number;
  readonly start: number;
  readonly end: number | null;
  readonly step: number;
}

interface Pad {
  readonly dim: number;
  readonly before: number;
  readonly after: number;
  readonly mode: string;
  readonly value: number;
}

/** Ops that move elements, of any dtype. */
export const moves: LoweringRules = {
  // In the same format: a copy, or nothing.
  clone: rule(() => ({ op: "reshape" })),
  reshape,
  flatten: reshape,
  squeeze: reshape,
  unsqueeze: reshape,
  permute: rule<{ dims: readonly number[] }>(({ dims }) => ({ op: "permute", attributes: { axes: dims } })),
  cat: rule<{ dim: number }>(({ dim }) => ({ op: "cat", attributes: { axis: dim } })),
  slice: rule<Slice>(({ dim, start, end, step }, { inputs: [x] }) => {
    const size = x!.shape[dim];
    const clip = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const range = { start: clip(start), end: clip(end ?? size) };
    return { op: "slice", attributes: { axis: dim, ...range, ...(step > 1 && { step }) } };
  }),
  pad: rule<Pad>(({ dim, before, after, mode, value }, { inputs: [x], where }) => {
    if (mode !== "constant") {
      throw new QuantizationError({ where, expected: 'pad with mode "constant"', got: `"${mode}"` });
    }
    const along = (amount: number) => x!.shape.map((_, axis) => (axis === dim ? amount : 0));
    const fill = x!.qparams ? quantizeNumber(value, activationQParams(x!.qparams)) : value;
    return {
      op: "pad",
      attributes: { before: along(before), after: along(after), ...(value !== 0 && { value: fill }) },
    };
  }),
};
