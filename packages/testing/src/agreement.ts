/** Elements in which two arrays differ, as text for a failed test; null when there are none. */
export type Difference = string | null;

type Values = ArrayLike<number>;

/** Same bits, except that NaN equals NaN. */
export function bitDifference(actual: Values, expected: Values): Difference {
  return difference(actual, expected, Object.is);
}

/** Same values: as `bitDifference`, and −0 equals 0, which of two equal zeros a maximum returns being nobody's promise. */
export function valueDifference(actual: Values, expected: Values): Difference {
  return difference(actual, expected, (a, b) => a === b || (a !== a && b !== b));
}

/** |a − b| ≤ relative · max(1, max |b|), as the goldens state their tolerances. NaN and infinities must agree. */
export function closeDifference(actual: Values, expected: Values, relative: number): Difference {
  let largest = 1;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference(actual, expected, (a, b) => Object.is(a, b) || Math.abs(a - b) <= relative * largest);
}

/** |a − b| ≤ bound, element by element. */
export function boundDifference(actual: Values, expected: Values, bounds: Values): Difference {
  return difference(actual, expected, (a, b, i) => Object.is(a, b) || Math.abs(a - b) <= bounds[i]);
}

function difference(
  actual: Values,
  expected: Values,
  agree: (actual: number, expected: number, index: number) => boolean,
): Difference {
  if (actual.length !== expected.length) return `length ${actual.length}, expected ${expected.length}`;
  let count = 0;
  let first = -1;
  for (let i = 0; i < expected.length; i++) {
    if (agree(actual[i], expected[i], i)) continue;
    if (count++ === 0) first = i;
  }
  if (count === 0) return null;
  return `${count} of ${expected.length} differ, first at ${first}: ${actual[first]}, expected ${expected[first]}`;
}
