import { resampleShape, resampleTaps } from "@octavo/spec";
import type { Q8, ResampleMode, ResampleShape, Spatial } from "@octavo/spec";

import { spatialOf, toSpatial } from "../internal/spatial.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * x (N, C, spatial …) at other spatial sizes, of float32 or 8-bit values; y has x's qparams; both channels-last, as
 * `torch.nn.functional.interpolate`. Attributes: `outputSize`; `mode`: `nearest`, `nearestExact` or `linear`; `alignCorners`
 * false; `scale`, output size over input size, one per axis, where it is not just what the sizes say.
 */
export const resample: OpDefinition = {
  name: "resample",
  version: 1,
  kernels: ({ inputs: [x] }) => [x.dtype === "float32" ? "resample" : "quantizedResample"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    const [y] = step.outputs;
    step.expectDType(x, "float32", "quint8", "qint8");
    step.expectRank(x, 3, 5);
    for (const value of [x, y]) step.expectChannelsLast(value);
    step.expectSameNumbers(x, y);
    read(step);
    return [[...x.shape.slice(0, 2), ...sizesOf(step)]];
  },

  prepare(step) {
    const { sources, weights } = resampleTaps(read(step));
    return { sources: asIs(sources), weights: asIs(weights) };
  },

  bind(step, buffers, kernels) {
    const shape = shapeOf(step);
    const { sources, weights } = buffers.constants as { sources: Int32Array; weights: Float32Array };
    if (step.inputs[0].dtype === "float32") {
      const [x] = buffers.inputs as Float32Array[];
      const [y] = buffers.outputs as Float32Array[];
      return () => kernels.resample(x, sources, weights, y, shape);
    }
    const { zeroPoint, quantMin, quantMax } = step.quantized8(step.outputs[0]).qparams;
    const [x] = buffers.inputs as Q8[];
    const [y] = buffers.outputs as Q8[];
    return () => kernels.quantizedResample(x, sources, weights, y, zeroPoint, quantMin, quantMax, shape);
  },
};

const modes: readonly ResampleMode[] = ["nearest", "nearestExact", "linear"];

const sizesOf = (step: Step) => step.integers("outputSize", step.inputs[0].shape.length - 2, 1, null);

function read(step: Step) {
  const sizes = sizesOf(step);
  const missing = new Array<null>(3 - sizes.length).fill(null);
  return {
    inSize: toSpatial(spatialOf(step.inputs[0].shape), 1),
    outSize: toSpatial(sizes, 1),
    mode: step.choice("mode", modes),
    alignCorners: step.boolean("alignCorners", false),
    scale: [...missing, ...(scaleOf(step, sizes.length) ?? sizes.map(() => null))] as unknown as Spatial,
  };
}

function scaleOf(step: Step, axes: number): readonly number[] | null {
  const scale = step.optionalNumbers("scale", axes);
  if (scale?.some((one) => one <= 0)) step.fail("attribute scale: numbers above 0", `[${scale}]`);
  return scale;
}

function shapeOf(step: Step): ResampleShape {
  const [batch, channels] = step.inputs[0].shape;
  const { inSize, outSize } = read(step);
  return resampleShape({ batch, channels, inSize, outSize });
}
