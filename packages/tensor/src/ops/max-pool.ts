import { maxPoolOp } from "../internal/define-pool.ts";
import { poolGeometry, pooledShape, poolWindows } from "../internal/pool-geometry.ts";
import type { PoolAttributes, PoolOptions } from "../internal/pool-geometry.ts";
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
  return (x: Tensor, kernelSize: PerAxis, { dilation = 1, ...options }: MaxPoolOptions = {}): Tensor =>
    applyOp(op, [x], {
      ...poolWindows(name, dims, kernelSize, options, dilation),
      countIncludePad: true,
      divisorOverride: null,
    });
}

/** Largest value of each window of (N, C, L). Takes quantized tensors too. */
export const maxPool1d = defineMaxPool(1);
/** Largest value of each window of (N, C, H, W). Takes quantized tensors too. */
export const maxPool2d = defineMaxPool(2);
/** Largest value of each window of (N, C, D, H, W). Takes quantized tensors too. */
export const maxPool3d = defineMaxPool(3);
