import { poolShape } from "@octavo/spec";
import type { PoolShape } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";
import { readWindow, spatialOf, toSpatial, windowOutput } from "./spatial.ts";

export interface PoolGeometry {
  readonly output: Shape;
  shape(): PoolShape;
}

/**
 * Reads a pooling op: x (N, C, spatial …) → y of the same numbers, both channels-last. Attributes: `outputSize` (adaptive),
 * or `kernel`, `stride` (the kernel), `padding` 0, `dilation` 1, `ceilMode` false.
 */
export function readPool(step: Step, average = { countIncludePad: true, divisor: 0 }): PoolGeometry {
  step.expectCounts(1);
  const [x] = step.inputs;
  const [y] = step.outputs;
  step.expectDType(x, "float32", "quint8", "qint8");
  step.expectRank(x, 3, 5);
  for (const value of [x, y]) step.expectChannelsLast(value);
  step.expectSameNumbers(x, y);
  const inSize = spatialOf(x.shape);
  const axes = inSize.length;
  const adaptive = "outputSize" in step.op.attributes;
  const kernel = adaptive ? new Array<number>(axes).fill(1) : step.integers("kernel", axes, 1, null);
  const window = readWindow(step, axes, kernel);
  const ceil = step.boolean("ceilMode", false);
  if (window.paddingBefore.some((padding, axis) => 2 * padding > kernel[axis])) {
    step.fail("padding of at most half the kernel", `[${window.paddingBefore}]`);
  }
  const outSize = adaptive
    ? step.integers("outputSize", axes, 1, null)
    : windowOutput(step, inSize, kernel, window, ceil);
  const [batch, channels] = x.shape;
  return {
    output: [batch, channels, ...outSize],
    shape: () =>
      poolShape({
        batch,
        channels,
        inSize: toSpatial(inSize, 1),
        outSize: toSpatial(outSize, 1),
        kernel: toSpatial(kernel, 1),
        stride: toSpatial(window.stride, 1),
        padding: toSpatial(window.paddingBefore, 0),
        dilation: toSpatial(window.dilation, 1),
        adaptive,
        ...average,
      }),
  };
}
