import { dtypes, region } from "@octavo/spec";

import { copyBlock } from "../internal/copy-block.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * x with a border of one value, as `torch.nn.functional.pad(mode="constant")`.
 * Attributes: `before` and `after`, elements per axis; `value`, in y's own numbers: by default its zero point, 0 for floats.
 */
export const pad: OpDefinition = {
  name: "pad",
  version: 1,
  kernels: ["copyRegion"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    step.expectSameNumbers(x, step.outputs[0]);
    const { before, after } = read(step);
    return [
      x.shape.map((size, axis) => {
        const border = before[axis] + after[axis];
        if (size === -1 && border > 0) step.fail("no border along the batch", border);
        return size + border;
      }),
    ];
  },

  prepare(step) {
    const { array } = dtypes[step.inputs[0].dtype];
    return { value: asIs(array.of(read(step).value as never)) };
  },

  bind(step, { inputs: [x], outputs: [y], constants: { value } }, kernels) {
    const { before } = read(step);
    const [from] = step.inputs;
    const block = copyBlock({ from, to: step.outputs[0], sizes: from.shape, toStart: before });
    const everywhere = region({
      fromOffset: 0,
      toOffset: 0,
      sizes: [y.length],
      fromStrides: [0],
      toStrides: [1],
    });
    return () => {
      kernels.copyRegion(value, y, everywhere);
      kernels.copyRegion(x, y, block);
    };
  },
};

function read(step: Step) {
  const [x] = step.inputs;
  step.expectDType(x, "float32", "quint8", "qint8");
  const rank = x.shape.length;
  return {
    before: step.integers("before", rank, 0, 0),
    after: step.integers("after", rank, 0, 0),
    value: step.number("value", x.qparams?.zeroPoint ?? 0),
  };
}
