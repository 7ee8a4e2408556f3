import { ArgumentError, describeGiven } from "@octavo/spec";
import { avgPoolOp } from "../internal/define-pool.ts";
import { optionsOf } from "../internal/options-of.ts";
import { poolDefaults, poolGeometry, pooledShape, poolWindows } from "../internal/pool-geometry.ts";
import type { PoolAttributes, PoolOptions, PoolSettings } from "../internal/pool-geometry.ts";
import type { PerAxis } from "../internal/spatial.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded positions count in the divisor. Default true. */
  readonly countIncludePad?: boolean;
  /** Divisor instead of the number of positions, a whole number. */
  readonly divisorOverride?: number | null;
}

interface AvgPoolSettings extends PoolSettings {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

function defineAvgPool(dims: number) {
  const name = `avgPool${dims}d`;
  const op = avgPoolOp<PoolAttributes>({
    name,
    outputShape: (shape, attributes) => pooledShape(name, shape, attributes),
    geometry: poolGeometry,
  });
  const settings = optionsOf<AvgPoolSettings>(name, {
    ...poolDefaults,
    countIncludePad: true,
    divisorOverride: null,
  });
  return (x: Tensor, kernelSize: PerAxis, options?: AvgPoolOptions): Tensor => {
    const { countIncludePad, divisorOverride, ...windows } = settings(options);
    if (divisorOverride !== null) requireDivisor(name, divisorOverride);
    return applyOp(op, [x], {
      ...poolWindows(name, dims, kernelSize, windows),
      countIncludePad,
      divisorOverride,
    });
  };
}

function requireDivisor(name: string, divisor: number): void {
  if (Number.isInteger(divisor) && divisor > 0) return;
  throw new ArgumentError({
    where: whereOf(`${name} divisorOverride`),
    expected: "an integer ≥ 1, or null",
    got: describeGiven(divisor),
  });
}

/** Mean of each window of (N, C, L). */
export const avgPool1d = defineAvgPool(1);
/** Mean of each window of (N, C, H, W). */
export const avgPool2d = defineAvgPool(2);
/** Mean of each window of (N, C, D, H, W). */
export const avgPool3d = defineAvgPool(3);
