import { ArgumentError, resampleShape, resampleTaps } from "@octavo/spec";
import type { ResampleMode, Spatial } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import { spatial } from "../internal/spatial.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

/** torch's names; the linear ones say how many axes there are. */
export type InterpolateMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "trilinear";

export interface InterpolateOptions {
  /** Spatial size of the result: one number for all axes, or one per axis. Either this or `scaleFactor`. */
  readonly size?: number | readonly number[];
  /** Result's size over the input's, likewise; sizes are rounded down. */
  readonly scaleFactor?: number | readonly number[];
  /** Default `nearest`. */
  readonly mode?: InterpolateMode;
  /** Linear modes: the corner elements of input and result lie on each other. Default false: their outer edges do. */
  readonly alignCorners?: boolean;
}

export interface InterpolateAttributes {
  /** Spatial sizes of the result. */
  readonly size: readonly number[];
  /** As given, which may be more exact than the sizes; null where the size was given. */
  readonly scaleFactor: readonly number[] | null;
  readonly mode: ResampleMode;
  readonly alignCorners: boolean;
}

/** Each mode's rule, and the spatial axes that it is for; null: any. */
const modes: {
  readonly [M in InterpolateMode]: readonly [rule: ResampleMode, axes: number | null];
} = {
  nearest: ["nearest", null],
  "nearest-exact": ["nearestExact", null],
  linear: ["linear", 1],
  bilinear: ["linear", 2],
  trilinear: ["linear", 3],
};

interface Sizes {
  readonly batch: number;
  readonly channels: number;
  readonly inSize: Spatial;
  readonly outSize: Spatial;
}

function sizesOf([batch, channels, ...sizes]: readonly number[], { size }: InterpolateAttributes): Sizes {
  return { batch, channels, inSize: spatial(sizes, 1), outSize: spatial(size, 1) };
}

/** `resampleTaps` in the kernels' memory. */
function tapsOf(
  { inSize, outSize }: Sizes,
  { size, scaleFactor, mode, alignCorners }: InterpolateAttributes,
) {
  const missing = new Array<null>(3 - size.length).fill(null);
  const scale = [...missing, ...(scaleFactor ?? size.map(() => null))] as unknown as Spatial;
  const taps = resampleTaps({ inSize, outSize, mode, alignCorners, scale });
  const sources = new Tensor({ shape: [taps.sources.length], dtype: "int32" });
  const weights = new Tensor({ shape: [taps.weights.length] });
  sources.raw<Int32Array>().set(taps.sources);
  weights.data.set(taps.weights);
  return [sources, weights] as const;
}

const interpolateOp: Op<[Tensor], InterpolateAttributes> = {
  name: "interpolate",
  layout: ([x]) => [toMemoryFormat(x, "channelsLast")],
  shape([x], { size }) {
    requireFloat(x, "interpolate");
    return { shape: [...x.shape.slice(0, 2), ...size], memoryFormat: "channelsLast" };
  },
  forward(kernels, [x], y, attributes) {
    const sizes = sizesOf(x.shape, attributes);
    const [sources, weights] = tapsOf(sizes, attributes);
    kernels.resample(x.data, sources.raw(), weights.data, y.data, resampleShape(sizes));
    return [sources, weights];
  },
  backward(kernels, gradient, { inputs: [x], attributes, extra: [sources, weights] }) {
    const dx = new Tensor(x);
    const shape = resampleShape(sizesOf(x.shape, attributes));
    kernels.resampleGradient(gradient.data, sources.raw(), weights.data, dx.data, shape);
    return [dx];
  },
  saves: { inputs: false },
};

const settings = optionsOf<{
  size: InterpolateOptions["size"];
  scaleFactor: InterpolateOptions["scaleFactor"];
  mode: InterpolateMode;
  alignCorners: boolean;
}>("interpolate", { size: undefined, scaleFactor: undefined, mode: "nearest", alignCorners: false });

/**
 * (N, C, spatial …) resampled to another size along 1 to 3 spatial axes, as torch.nn.functional.interpolate: each output
 * takes the nearest input, or a mean of the two beside it along each axis.
 * @throws ArgumentError unless either `size` or `scaleFactor` is given, fits the axes, and gives sizes above 0; for a mode of
 *   another number of axes, and for alignCorners without a linear mode.
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  requireTensor(x, "interpolate");
  const { size, scaleFactor, mode, alignCorners } = settings(options);
  const axes = x.rank - 2;
  requireShape(
    axes >= 1 && axes <= 3,
    "interpolate",
    "an input of rank 3 to 5, [batch, channels, …]",
    x.shape,
  );
  const known = modes[mode];
  if (!known || (known[1] ?? axes) !== axes) {
    const fitting = Object.entries(modes).filter(([, [, wanted]]) => (wanted ?? axes) === axes);
    throw refused(`mode ${fitting.map(([name]) => name).join(", ")} for ${axes} spatial axes`, mode);
  }
  const [rule] = known;
  if (alignCorners && rule !== "linear") throw refused("alignCorners with a linear mode only", mode);
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw refused("either size or scaleFactor", size === undefined ? "neither" : "both");
  }
  const perAxis = (value: number | readonly number[]) =>
    typeof value === "number" ? new Array<number>(axes).fill(value) : value;
  const factors = scaleFactor === undefined ? null : perAxis(scaleFactor);
  const sizes = factors ? factors.map((factor, i) => Math.floor(x.shape[i + 2] * factor)) : perAxis(size!);
  if (sizes.length !== axes || sizes.some((one) => !Number.isInteger(one) || one < 1)) {
    throw refused(`${axes} sizes of 1 or more`, `[${sizes.join(", ")}]`);
  }
  return applyOp(interpolateOp, [x], { size: sizes, scaleFactor: factors, mode: rule, alignCorners });
}

function refused(expected: string, got: string): ArgumentError {
  return new ArgumentError({ where: whereOf("interpolate"), expected, got });
}
