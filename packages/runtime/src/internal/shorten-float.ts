/** The number with the fewest digits that is the same float32; JSON of `Math.fround(0.1)` has 19 of them, of this 3. */
export function shortenFloat(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return Number(x.toPrecision(9));
}
