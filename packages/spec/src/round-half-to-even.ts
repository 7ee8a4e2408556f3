/** Nearest integer; a half goes to the even neighbour, as torch.round: the `rne` of docs/numerics.md. Any finite float32. */
export function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
