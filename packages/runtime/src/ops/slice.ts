import { copyBlock } from "../internal/copy-block.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Elements `start`, `start + step`, … before `end` along `axis`, as `x[:, start:end:step]`. Attributes: these, `step` 1. */
export const slice: OpDefinition = {
  name: "slice",
  version: 1,
  kernels: ["copyRegion"],

  check(step) {
    step.expectCounts(1);
    step.expectSameNumbers(step.inputs[0], step.outputs[0]);
    const { axis, start, end, stride } = read(step);
    return [step.inputs[0].shape.with(axis, Math.ceil((end - start) / stride))];
  },

  bind(step, { inputs: [x], outputs: [y] }, kernels) {
    const { axis, start, stride } = read(step);
    const [from] = step.inputs;
    const along = (value: number, otherwise: number) =>
      from.shape.map((_, i) => (i === axis ? value : otherwise));
    const [to] = step.outputs;
    const block = copyBlock({ from, to, fromStart: along(start, 0), fromStep: along(stride, 1) });
    return () => kernels.copyRegion(x, y, block);
  },
};

function read(step: Step) {
  const { shape } = step.inputs[0];
  const axis = step.axis("axis", shape.length);
  const size = shape[axis];
  if (size === -1) step.fail("an axis that is not the batch", axis);
  const start = step.integer("start", 0, 0);
  const end = step.integer("end", 0, size);
  if (start >= end || end > size) step.fail(`0 ≤ start < end ≤ ${size}`, `start ${start}, end ${end}`);
  return { axis, start, end, stride: step.integer("step", 1, 1) };
}
