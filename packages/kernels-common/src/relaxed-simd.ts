import { places, relaxedProgram } from "./internal/relaxed-program.ts";

/** What this engine makes of WebAssembly's relaxed SIMD, whose results are its own choice within limits. */
export interface RelaxedSimd {
  /** Why modules with relaxed SIMD cannot run here, or null. */
  readonly missing: string | null;
  /** Whether it adds products of bytes in pairs first, in int16, because the processor cannot add four in one step. */
  readonly addsPairs: boolean;
}

let tried: RelaxedSimd | null = null;

/** Tries the instructions that kernels use, once: an engine that knows them may still compute them wrongly. */
export function relaxedSimd(): RelaxedSimd {
  return (tried ??= tryRelaxedSimd());
}

const lanes = 4;
const extremes = [-128, -128, -128, -128, 127, 127, 127, 127, -128, 127, -1, 1, -77, 33, 90, -5];
const sevenBits = [127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 1, 64, 99, 0];

function tryRelaxedSimd(): RelaxedSimd {
  const cannot = (missing: string): RelaxedSimd => ({ missing, addsPairs: false });
  if (!WebAssembly.validate(relaxedProgram)) return cannot("this engine has no relaxed SIMD");
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(relaxedProgram));
  const { m, f } = exports as { m: WebAssembly.Memory; f: () => void };
  const run = (weights: readonly number[], activations: readonly number[]) => {
    new Int8Array(m.buffer, places.weights).set(weights);
    new Uint8Array(m.buffer, places.activations).set(activations);
    f();
  };
  const sums = new Int32Array(m.buffer, places.sums, lanes);
  const dot = new Int32Array(m.buffer, places.dot, lanes);
  const pairs = new Int16Array(m.buffer, places.pairs, 2 * lanes);
  const factors = new Float32Array(m.buffer, places.factors, lanes);
  const terms = new Float32Array(m.buffer, places.terms, lanes);
  const multiplied = new Float32Array(m.buffer, places.multiplyAdd, lanes);

  sums.set([1, -70_000, 1 << 30, -3]);
  factors.set([3, 7, -0.5, 16_777_215]);
  terms.set([0.1, -1 / 3, 1e-3, 5]);
  run(extremes, sevenBits);
  const product = (i: number) => extremes[i] * sevenBits[i];
  const isRight =
    pairs.every((sum, i) => sum === product(2 * i) + product(2 * i + 1)) &&
    dot.every((sum, i) => sum === sums[i] + pairs[2 * i] + pairs[2 * i + 1]) &&
    // Rounded once or twice: the product of two floats is exact in float64.
    multiplied.every((sum, i) =>
      [factors[i] * terms[i], Math.fround(factors[i] * terms[i])].some(
        (exact) => sum === Math.fround(exact + terms[i]),
      ),
    );
  if (!isRight) return cannot("this engine computes relaxed SIMD wrongly");

  // Beyond seven bits a processor's one step takes bytes of either kind as they are, but sums of pairs have 16 bits.
  sums.fill(0);
  run(Array(16).fill(127), Array(16).fill(255));
  return { missing: null, addsPairs: dot.every((sum) => sum === 2 * 32_767) };
}
