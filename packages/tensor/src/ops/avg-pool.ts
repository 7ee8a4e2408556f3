import { avgPoolOp } from "../internal/define-pool.ts";
import { poolGeometry, pooledShape, poolWindows } from "../internal/pool-geometry.ts";
import type { PoolAttributes, PoolOptions } from "../internal/pool-geometry.ts";
import type { PerAxis } from "../internal/spatial.ts";
import { applyOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded positions count in the divisor. Default true. */
  readonly countIncludePad?: boolean;
  /** Divisor instead of the number of positions. */
  readonly divisorOverride?: number | null;
}

function defineAvgPool(dims: number) {
  const name = `avgPool${dims}d`;
  const op = avgPoolOp<PoolAttributes>({
    name,
    outputShape: (shape, attributes) => pooledShape(name, shape, attributes),
    geometry: poolGeometry,
  });
  return (
    x: Tensor,
    kernelSize: PerAxis,
    { countIncludePad = true, divisorOverride = null, ...options }: AvgPoolOptions = {},
  ): Tensor =>
    applyOp(op, [x], { ...poolWindows(name, dims, kernelSize, options), countIncludePad, divisorOverride });
}

/** Mean of each window of (N, C, L). */
export const avgPool1d = defineAvgPool(1);
/** Mean of each window of (N, C, H, W). */
export const avgPool2d = defineAvgPool(2);
/** Mean of each window of (N, C, D, H, W). */
export const avgPool3d = defineAvgPool(3);
