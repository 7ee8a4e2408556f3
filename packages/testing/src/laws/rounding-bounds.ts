/** Half a unit in the last place of 1 in float32. */
const unitRoundoff = 2 ** -24;

/**
 * γₙ = n u / (1 − n u): n float32 roundings one after the other change a result by at most γₙ of the sum of the
 * magnitudes that went into it, in whatever order (Higham 2002, lemma 3.1).
 */
export function gamma(roundings: number): number {
  return (roundings * unitRoundoff) / (1 - roundings * unitRoundoff);
}

/** γₙ times magnitudes, and a little for results that underflow. */
export function sumBounds(roundings: number, magnitudes: Float32Array): Float64Array {
  return Float64Array.from(magnitudes, (magnitude) => gamma(roundings) * magnitude + 1e-37);
}

/** For functions that providers approximate (exp, tanh …): 4e-6 of 1 + |y|. */
export function functionBounds(expected: Float32Array): Float64Array {
  return Float64Array.from(expected, (value) => 4e-6 * (1 + Math.abs(value)));
}

export function magnitudes<T extends Float32Array | null>(values: T): T {
  return (values && values.map(Math.abs)) as T;
}
