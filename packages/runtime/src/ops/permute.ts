import { copyBlock } from "../internal/copy-block.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Axes in another order, as `torch.permute`: axis i of y is axis `axes[i]` of x. */
export const permute: OpDefinition = {
  name: "permute",
  version: 1,
  kernels: ["copyRegion"],

  check(step) {
    step.expectCounts(1);
    step.expectSameNumbers(step.inputs[0], step.outputs[0]);
    return [axesOf(step).map((axis) => step.inputs[0].shape[axis])];
  },

  bind(step, { inputs: [x], outputs: [y] }, kernels) {
    const block = copyBlock({ from: step.inputs[0], to: step.outputs[0], axes: axesOf(step) });
    return () => kernels.copyRegion(x, y, block);
  },
};

function axesOf(step: Step): number[] {
  const rank = step.inputs[0].shape.length;
  const axes = step.integers("axes", rank, 0, null);
  const isPermutation = new Set(axes).size === rank && axes.every((axis) => axis < rank);
  return isPermutation ? axes : step.fail(`axes: a permutation of 0 … ${rank - 1}`, `[${axes}]`);
}
