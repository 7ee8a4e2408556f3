import { ArgumentError } from "@octavo/spec";

/**
 * Seeded random numbers, the same stream on every machine: xoshiro128** (Blackman & Vigna, 2018) seeded by SplitMix32.
 * All of Octavo's randomness comes from here; `manualSeed` resets the default generator.
 */
export class Generator {
  #state = new Uint32Array(4);
  #spareNormal: number | null = null;

  constructor(seed = 0) {
    this.seed(seed);
  }

  /** @param seed an integer; only its low 32 bits count. */
  seed(seed: number): this {
    let x = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#state[i] = z ^ (z >>> 15);
    }
    this.#spareNormal = null;
    return this;
  }

  /** Uniform 32-bit unsigned integer. */
  uint32(): number {
    const s = this.#state;
    const x = Math.imul(s[1], 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2⁻²⁴, exact in float32. */
  uniform(): number {
    return (this.uint32() >>> 8) * 2 ** -24;
  }

  /** Uniform integer in [0, below); `below` at most 2³². Unbiased: values of the incomplete last block are drawn again. */
  integer(below: number): number {
    const limit = 2 ** 32 - (2 ** 32 % below);
    let x = this.uint32();
    while (x >= limit) x = this.uint32();
    return x % below;
  }

  /** Standard normal, by the polar method of Marsaglia. */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    let u: number, v: number, s: number;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spareNormal = v * factor;
    return u * factor;
  }

  /** Each element `value` with the given probability, else 0. */
  fillBernoulli(data: Float32Array, probability: number, value: number): void {
    for (let i = 0; i < data.length; i++) data[i] = this.uniform() < probability ? value : 0;
  }

  /** 0 … length − 1 in random order (Fisher–Yates). */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** Where the stream is now, as data. */
  stateDict(): GeneratorState {
    return { state: [...this.#state], spareNormal: this.#spareNormal };
  }

  /** Goes on with the stream from where `stateDict` was called. @throws ArgumentError unless it is four integers. */
  loadStateDict({ state, spareNormal }: GeneratorState): void {
    if (!(Array.isArray(state) && state.length === 4 && state.every(Number.isInteger))) {
      const got = JSON.stringify(state);
      throw new ArgumentError({ where: "Generator", expected: "a state of four integers", got });
    }
    this.#state.set(state as number[]);
    this.#spareNormal = spareNormal;
  }
}

/** The state of a generator; `spareNormal` is the second of a pair of normal numbers, not yet given out. */
export interface GeneratorState {
  readonly state: readonly number[];
  readonly spareNormal: number | null;
}

/** Used by initialisers, dropout and loaders when no generator is given. */
export const defaultGenerator = new Generator(0);

/** Seeds the default generator, as torch.manual_seed. */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.seed(seed);
}
