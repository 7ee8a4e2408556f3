import { avgPoolOp, maxPoolOp } from "../internal/define-pool.ts";
import { poolGeometry } from "../internal/pool-geometry.ts";
import { requireShape } from "../internal/require.ts";
import { perAxis } from "../internal/spatial.ts";
import type { PerAxis } from "../internal/spatial.ts";
import { applyOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Output size: one number for all axes or one per axis; null keeps the input's size. */
export type AdaptiveSize = number | readonly (number | null)[];

interface AdaptiveAttributes {
  readonly outputSize: readonly (number | null)[];
}

function defineAdaptive(kind: "Avg" | "Max", dims: number) {
  const name = `adaptive${kind}Pool${dims}d`;
  const define = { Avg: avgPoolOp, Max: maxPoolOp }[kind];
  const op = define<AdaptiveAttributes>({
    name,
    outputShape(shape, { outputSize }) {
      requireShape(
        shape.length === dims + 2,
        name,
        `an input of rank ${dims + 2}, [batch, channels, …]`,
        shape,
      );
      return [...shape.slice(0, 2), ...outputSize.map((size, i) => size ?? shape[i + 2])];
    },
    geometry: (input, output) => poolGeometry(input, output, "adaptive"),
  });
  return (x: Tensor, outputSize: AdaptiveSize): Tensor => {
    const sizes = typeof outputSize === "number" ? new Array<number>(dims).fill(outputSize) : outputSize;
    const known = Array.isArray(sizes) ? sizes.map((size) => size ?? 1) : (sizes as PerAxis);
    perAxis(known, dims, `${name} outputSize`, 1);
    return applyOp(op, [x], { outputSize: sizes });
  };
}

/** Mean of (N, C, L) over windows that divide it evenly into `outputSize`. */
export const adaptiveAvgPool1d = defineAdaptive("Avg", 1);
/** Mean of (N, C, H, W) over windows that divide it evenly into `outputSize`. */
export const adaptiveAvgPool2d = defineAdaptive("Avg", 2);
/** Mean of (N, C, D, H, W) over windows that divide it evenly into `outputSize`. */
export const adaptiveAvgPool3d = defineAdaptive("Avg", 3);
/** Largest values of (N, C, L) in windows that divide it evenly into `outputSize`. */
export const adaptiveMaxPool1d = defineAdaptive("Max", 1);
/** Largest values of (N, C, H, W) in windows that divide it evenly into `outputSize`. */
export const adaptiveMaxPool2d = defineAdaptive("Max", 2);
/** Largest values of (N, C, D, H, W) in windows that divide it evenly into `outputSize`. */
export const adaptiveMaxPool3d = defineAdaptive("Max", 3);
