import { maxPoolOp } from "../internal/define-pool.ts";
import { optionsOf } from "../internal/options-of.ts";
import { poolDefaults, poolGeometry, pooledShape, poolWindows } from "../internal/pool-geometry.ts";
import type { PoolAttributes, PoolOptions, PoolSettings } from "../internal/pool-geometry.ts";
import type { PerAxis } from "../internal/spatial.ts";
import { applyOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";

export interface MaxPoolOptions extends PoolOptions {
  /** Distance between the elements of a window. Default 1. */
  readonly dilation?: PerAxis;
}

function defineMaxPool(dims: number) {
  const name = `maxPool${dims}d`;
  const op = maxPoolOp<PoolAttributes>({
    name,
    outputShape: (shape, attributes) => pooledShape(name, shape, attributes),
    geometry: poolGeometry,
  });
  const settings = optionsOf<PoolSettings & { dilation: PerAxis }>(name, { ...poolDefaults, dilation: 1 });
  return (x: Tensor, kernelSize: PerAxis, options?: MaxPoolOptions): Tensor => {
    const { dilation, ...windows } = settings(options);
    return applyOp(op, [x], {
      ...poolWindows(name, dims, kernelSize, windows, dilation),
      countIncludePad: true,
      divisorOverride: null,
    });
  };
}

/** Largest value of each window of (N, C, L). Takes quantized tensors too. */
export const maxPool1d = defineMaxPool(1);
/** Largest value of each window of (N, C, H, W). Takes quantized tensors too. */
export const maxPool2d = defineMaxPool(2);
/** Largest value of each window of (N, C, D, H, W). Takes quantized tensors too. */
export const maxPool3d = defineMaxPool(3);
