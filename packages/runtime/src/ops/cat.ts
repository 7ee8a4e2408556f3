import { copyBlock } from "../internal/copy-block.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Inputs one after the other along `axis`, as `torch.cat`. All have y's dtype and qparams: where they differ, a `lookup`
 * before it changes the scale.
 */
export const cat: OpDefinition = {
  name: "cat",
  version: 1,
  kernels: ["copyRegion"],

  check(step) {
    const [first, ...others] = step.inputs;
    if (!first) step.fail("at least one input", 0);
    step.expectCounts(step.inputs.length);
    const axis = step.axis("axis", first.shape.length);
    let length = first.shape[axis];
    if (length === -1) step.fail("an axis that is not the batch", axis);
    for (const { name, shape } of others) {
      if (
        shape.length !== first.shape.length ||
        shape.some((size, i) => i !== axis && size !== first.shape[i])
      ) {
        step.fail(`'${name}' of the shape [${first.shape}] but for axis ${axis}`, `[${shape}]`);
      }
      length += shape[axis];
    }
    for (const value of step.inputs) step.expectSameNumbers(step.outputs[0], value);
    return [first.shape.with(axis, length)];
  },

  bind(step, { inputs, outputs: [y] }, kernels) {
    const [to] = step.outputs;
    const axis = step.axis("axis", to.shape.length);
    let position = 0;
    const blocks = step.inputs.map((from) => {
      const toStart = to.shape.map((_, i) => (i === axis ? position : 0));
      position += from.shape[axis];
      return copyBlock({ from, to, sizes: from.shape, toStart });
    });
    return () => {
      for (let i = 0; i < blocks.length; i++) kernels.copyRegion(inputs[i], y, blocks[i]);
    };
  },
};
