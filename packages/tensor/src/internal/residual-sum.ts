import { kernels } from "@octavo/backend";
import type { KnownRange, TypedArray } from "@octavo/spec";
import type { Deferred, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { Normalized } from "./normalized.ts";
import { sameShape } from "./same-shape.ts";

/**
 * The sum of a batch norm that nobody has read yet and another tensor, with the clamp that follows: a residual connection.
 * Whoever reads it runs one `channelAffineAdd` for all of them.
 */
export class ResidualSum implements Deferred {
  readonly reads: readonly Storage[];
  readonly #normalized: Normalized;
  readonly #other: Tensor;
  /** Low and high; null before a clamp. */
  readonly #bounds: readonly [low: number, high: number] | null;
  /** Asked for before the elements are written. */
  #range: Float32Array | null = null;

  constructor(
    normalized: Normalized,
    other: Tensor,
    bounds: readonly [low: number, high: number] | null = null,
  ) {
    this.#normalized = normalized;
    this.#other = other;
    this.#bounds = bounds;
    this.reads = [...normalized.reads, other.storage];
  }

  /** The sum of two tensors, if one of them is a batch norm that waits and their elements lie in the same order. */
  static of(a: Tensor, b: Tensor): ResidualSum | null {
    if (a.memoryFormat !== b.memoryFormat || !sameShape(a.shape, b.shape)) return null;
    const [first, second] = [a, b].map((x) => Normalized.in(x.storage));
    if (first) return new ResidualSum(first, b);
    return second && new ResidualSum(second, a);
  }

  /** Null after another clamp. */
  clamped(low: number, high: number): ResidualSum | null {
    return this.#bounds ? null : new ResidualSum(this.#normalized, this.#other, [low, high]);
  }

  range(along: number | null, settle: () => void): KnownRange | null {
    if (along !== null) return null;
    const range = (this.#range = new Float32Array(2));
    settle();
    return { min: range.slice(0, 1), max: range.slice(1) };
  }

  write(to: TypedArray): void {
    const { affine, epilogue } = this.#normalized;
    const { x, scale, shift } = affine;
    const [low, high] = this.#bounds ?? [NaN, NaN];
    const channels = scale.numel;
    kernels().channelAffineAdd(
      x.data,
      scale.data,
      shift.data,
      epilogue,
      this.#other.data,
      low,
      high,
      to as Float32Array,
      this.#range,
      x.numel / channels,
      channels,
    );
  }
}
