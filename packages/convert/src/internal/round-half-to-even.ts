/** Nearest integer, halves to the even one; exact for |x| < 2⁵¹, where adding 1.5 · 2⁵² leaves no fraction bits. */
export function roundHalfToEven(x: number): number {
  const shift = 1.5 * 2 ** 52;
  return Math.abs(x) < 2 ** 51 ? x + shift - shift : x;
}
