import { shuffledChannels } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Channel i · (C / groups) + j of x (N, C, …) is channel j · groups + i of y. Attributes: `groups`. Any dtype. */
export const channelShuffle: OpDefinition = {
  name: "channelShuffle",
  version: 1,
  kernels: ["copyRegion"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    const [y] = step.outputs;
    step.expectRank(x, 3, 5);
    step.expectSameNumbers(x, y);
    expectAligned(step, x, y);
    groupsOf(step);
    return [x.shape];
  },

  bind(step, { inputs: [x], outputs: [y] }, kernels) {
    const [{ shape, memoryFormat }] = step.inputs;
    const block = shuffledChannels(shape, memoryFormat, groupsOf(step));
    return () => kernels.copyRegion(x, y, block);
  },
};

function groupsOf(step: Step): number {
  const [, channels] = step.inputs[0].shape;
  const groups = step.integer("groups", 1, Number.NaN);
  return channels % groups === 0 ? groups : step.fail(`groups that divide ${channels} channels`, groups);
}
