const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The next float32 above a finite `x`. */
export function nextUp(x: number): number {
  float[0] = x;
  if (float[0] === 0) bits[0] = 1;
  else bits[0] += float[0] > 0 ? 1 : -1;
  return float[0];
}

/** The next float32 below a finite `x`. */
export function nextDown(x: number): number {
  return -nextUp(-x);
}
