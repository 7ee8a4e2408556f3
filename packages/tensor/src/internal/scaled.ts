import { kernels } from "@octavo/backend";
import { BinaryOp, channelBlocksOf, normalizeAxis } from "@octavo/spec";
import type { ChannelBlocks, KnownRange, TypedArray } from "@octavo/spec";
import type { Deferred, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { operation } from "./operation.ts";
import { broadcastTo } from "./strided.ts";

/** Where a factor of `x` varies: an axis, or null if it is one number. */
export interface FactorPlace {
  readonly axis: number | null;
  readonly blocks: ChannelBlocks;
}

/** Null for a factor that varies along several axes, or that makes x longer or does not fit it. */
export function factorPlace(x: Tensor, factor: Tensor): FactorPlace | null {
  const axes = factor.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  if (factor.rank !== x.rank || axes.length > 1) return null;
  const [axis = null] = axes;
  if (axis !== null && factor.shape[axis] !== x.shape[axis]) return null;
  return { axis, blocks: channelBlocksOf(x.shape, axis, x.memoryFormat) };
}

/** x · factor, for whoever asks for its range alone. */
export class Scaled implements Deferred {
  readonly reads: readonly Storage[];
  readonly #x: Tensor;
  readonly #factor: Tensor;

  constructor(x: Tensor, factor: Tensor) {
    this.#x = x;
    this.#factor = factor;
    this.reads = [x.storage, factor.storage];
  }

  write(to: TypedArray): void {
    const [x, factor] = [this.#x, this.#factor];
    kernels().binary(BinaryOp.mul, x.data, factor.data, to as Float32Array, broadcastTo(x, x, factor));
  }

  /** Along the factor's axis, or of the whole. */
  range(along: number | null): KnownRange | null {
    const x = this.#x;
    const place = x.numel > 0 ? factorPlace(x, this.#factor) : null;
    if (!place) return null;
    const axis = along === null ? null : normalizeAxis(along, x.shape, "range");
    const isWhole = axis === null || x.shape[axis] === 1;
    if (!isWhole && axis !== place.axis) return null;
    const range = operation(() => this.#rangeOf(place.blocks));
    return isWhole ? { min: folded(range.min, Math.min), max: folded(range.max, Math.max) } : range;
  }

  /** Multiplication is monotone, rounding to float32 included, so extremes go to extremes. */
  #rangeOf(blocks: ChannelBlocks): KnownRange {
    const [min, max] = [new Float32Array(blocks.channels), new Float32Array(blocks.channels)];
    kernels().minMax(this.#x.data, min, max, blocks);
    const factor = this.#factor.data;
    for (let c = 0; c < min.length; c++) {
      const [a, b] = [min[c] * factor[c], max[c] * factor[c]];
      min[c] = Math.min(a, b);
      max[c] = Math.max(a, b);
    }
    return { min, max };
  }
}

/** NaN goes to both ends. */
function folded(values: Float32Array, extreme: typeof Math.min): Float32Array {
  let result = values[0];
  for (let c = 1; c < values.length; c++) result = extreme(result, values[c]);
  return Float32Array.of(result);
}
