let float64 = new Float64Array(0);
let int32 = new Int32Array(0);

/** At least `length` float64 elements of any content, kept between calls; a kernel is done with it before it returns. */
export function float64Scratch(length: number): Float64Array {
  if (float64.length < length) float64 = new Float64Array(length);
  return float64;
}

/** As `float64Scratch`, of int32. */
export function int32Scratch(length: number): Int32Array {
  if (int32.length < length) int32 = new Int32Array(length);
  return int32;
}
