import { dtypes, formatsCoincide, numberOfElements } from "@octavo/spec";
import type { ProgramValue, TypedArray } from "@octavo/spec";

import { copyBlock } from "../internal/copy-block.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * The elements of x, in row-major order of its shape, under the shape of y: reshape, flatten, squeeze; also the change
 * of memory format. No attributes; y's shape says all. The batch must stay.
 */
export const reshape: OpDefinition = {
  name: "reshape",
  version: 1,
  kernels: ["copyRegion"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    const [y] = step.outputs;
    step.expectSameNumbers(x, y);
    const batches = (value: ProgramValue) => value.shape.filter((size) => size === -1).length;
    if (numberOfElements(x.shape) !== numberOfElements(y.shape) || batches(x) !== batches(y)) {
      step.fail(`as many elements as [${x.shape}], and the batch`, `[${y.shape}]`);
    }
    return [y.shape];
  },

  scratchBytes: (step) => (wayOf(step) === "both" ? byteLength(step.outputs[0]) : 0),
  inPlace: (step) => (wayOf(step) === "none" ? [0] : []),

  bind(step, { inputs: [x], outputs: [y], scratch }, kernels) {
    const [from] = step.inputs;
    const [to] = step.outputs;
    const way = wayOf(step);
    const flat = { shape: [numberOfElements(to.shape)], memoryFormat: "contiguous" } as const;
    const plain = (value: ProgramValue) => ({ shape: value.shape, memoryFormat: "contiguous" }) as const;
    if (way === "none") {
      const all = copyBlock({ from: flat, to: flat });
      // Where the planner let y lie over x there is nothing to do.
      return x.buffer === y.buffer && x.byteOffset === y.byteOffset
        ? () => {}
        : () => kernels.copyRegion(x, y, all);
    }
    const gather = copyBlock({ from, to: plain(from) });
    const scatter = copyBlock({ from: plain(to), to });
    if (way === "gather") return () => kernels.copyRegion(x, y, gather);
    if (way === "scatter") return () => kernels.copyRegion(x, y, scatter);
    const middle = new (y.constructor as typeof Uint8Array)(
      scratch.buffer,
      scratch.byteOffset,
      y.length,
    ) as TypedArray;
    return () => {
      kernels.copyRegion(x, middle, gather);
      kernels.copyRegion(middle, y, scatter);
    };
  },
};

/** Which copies are needed: out of channels-last order, into it, both, or none. */
function wayOf({ inputs: [x], outputs: [y] }: Step): "none" | "gather" | "scatter" | "both" {
  const rowMajor = (value: ProgramValue) =>
    value.memoryFormat === "contiguous" || formatsCoincide(value.shape);
  const sameLayout = x.memoryFormat === y.memoryFormat && x.shape.join() === y.shape.join();
  if (sameLayout || (rowMajor(x) && rowMajor(y))) return "none";
  if (rowMajor(y)) return "gather";
  return rowMajor(x) ? "scatter" : "both";
}

function byteLength({ shape, dtype }: ProgramValue): number {
  return numberOfElements(shape) * dtypes[dtype].bytes;
}
