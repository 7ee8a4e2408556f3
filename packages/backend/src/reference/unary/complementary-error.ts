/**
 * erfc(x) = 1 − erf(x), to about 1e-15 relative. Below 2: the series erf(x) = 2/√π · e^{−x²} Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!
 * (Abramowitz & Stegun 7.1.6); above: the continued fraction of 7.1.14, from the inside out.
 */
export function complementaryError(x: number): number {
  const size = Math.abs(x);
  const gauss = Math.exp(-size * size) / Math.sqrt(Math.PI);
  if (size < 2) {
    let term = size;
    let sum = size;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    return 1 - Math.sign(x) * 2 * gauss * sum;
  }
  let fraction = size;
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction;
  const tail = gauss / fraction;
  return x > 0 ? tail : 2 - tail;
}
