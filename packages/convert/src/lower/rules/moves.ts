import { padAttributes } from "../../steps/pad-attributes.ts";
import type { PadAttributes } from "../../steps/pad-attributes.ts";
import { rule } from "../lowering-rule.ts";
import type { LoweringRules } from "../lowering-rule.ts";

const reshape = rule(() => ({ op: "reshape", format: "contiguous" }));

interface Slice {
  readonly dim: number;
  readonly start: number;
  readonly end: number | null;
  readonly step: number;
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
  channelShuffle: rule<{ groups: number }>(({ groups }, { format }) => ({
    op: "channelShuffle",
    attributes: { groups },
    format,
  })),
  cat: rule<{ dim: number }>(({ dim }) => ({ op: "cat", attributes: { axis: dim } })),
  slice: rule<Slice>(({ dim, start, end, step }, { inputs: [x] }) => {
    const size = x!.shape[dim];
    const clip = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const range = { start: clip(start), end: clip(end ?? size) };
    return { op: "slice", attributes: { axis: dim, ...range, ...(step > 1 && { step }) } };
  }),
  pad: rule<PadAttributes>((attributes, { inputs: [x], where }) => ({
    op: "pad",
    attributes: padAttributes(attributes, x!, where),
  })),
};
