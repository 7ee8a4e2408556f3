import { kernels } from "@octavo/backend";
import type { KnownRange, TypedArray } from "@octavo/spec";
import type { Deferred, Rounding, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { isExact } from "./is-exact.ts";
import { operation } from "./operation.ts";

/** x · scale + shift per channel, and the extremes of x per channel where they are known. */
export interface Affine {
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly extremes: readonly [min: Tensor, max: Tensor] | null;
}

const { fround } = Math;

/**
 * A batch norm that nobody has read yet, with the clamp and the fake-quantization that follow it: whoever reads it runs one
 * `channelAffine` for all of them.
 */
export class Normalized implements Deferred {
  readonly affine: Affine;
  /** What it follows, or null for the batch norm itself. */
  readonly previous: Normalized | null;
  /** As `channelAffine` takes it. */
  readonly epilogue: Float32Array | null;
  readonly reads: readonly Storage[];

  constructor(affine: Affine, previous: Normalized | null = null, epilogue: Float32Array | null = null) {
    this.affine = affine;
    this.previous = previous;
    this.epilogue = epilogue;
    this.reads = [affine.x, affine.scale, affine.shift, ...(affine.extremes ?? [])].map((x) => x.storage);
  }

  /** What waits in a storage, if it is this. */
  static in(storage: Storage): Normalized | null {
    return storage.waiting instanceof Normalized ? storage.waiting : null;
  }

  /** Null if it has more behind it already. */
  clamped(low: number, high: number): Normalized | null {
    return this.epilogue ? null : new Normalized(this.affine, this, Float32Array.of(low, high));
  }

  /** Null if it has one already, or for an integer range that is too wide. */
  quantized({ scale, zeroPoint, quantMin, quantMax }: Rounding): Normalized | null {
    const [low = NaN, high = NaN] = this.epilogue ?? [];
    if (![zeroPoint, quantMin, quantMax].every(isExact) || (this.epilogue && this.epilogue.length > 2))
      return null;
    const epilogue = Float32Array.of(low, high, scale, zeroPoint, quantMin, quantMax);
    return new Normalized(this.affine, this, epilogue);
  }

  write(to: TypedArray): void {
    const { x, scale, shift } = this.affine;
    const channels = scale.numel;
    kernels().channelAffine(
      x.data,
      scale.data,
      shift.data,
      this.epilogue,
      to as Float32Array,
      x.numel / channels,
      channels,
    );
  }

  /** Before any rounding: each step is monotone, rounding to float32 included, so extremes go to extremes. */
  range(along: number | null): KnownRange | null {
    const { extremes } = this.affine;
    if (along !== null || !extremes || (this.epilogue && this.epilogue.length > 2)) return null;
    return operation(() => this.#rangeOf(extremes));
  }

  #rangeOf(extremes: readonly [min: Tensor, max: Tensor]): KnownRange {
    const { scale, shift } = this.affine;
    const [scales, shifts] = [scale.data, shift.data];
    const [low, high] = this.epilogue ?? [NaN, NaN];
    let [min, max] = [Infinity, -Infinity];
    for (const { data } of extremes) {
      for (let c = 0; c < data.length; c++) {
        const y = fround(fround(data[c] * scales[c]) + shifts[c]);
        const clamped = y < low ? low : y > high ? high : y;
        // NaN goes to both.
        min = Math.min(min, clamped);
        max = Math.max(max, clamped);
      }
    }
    return { min: Float32Array.of(min), max: Float32Array.of(max) };
  }
}
