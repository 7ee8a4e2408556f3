/** The input with most elements, the first of them: ops of several inputs run in its memory format. */
export function leadingInput<T extends { readonly shape: readonly number[] }>(inputs: readonly T[]): T {
  return inputs.reduce((best, x) => (sizeOf(x) > sizeOf(best) ? x : best));
}

/** With 1 for a batch of −1: all inputs have it, or repeat over it. */
const sizeOf = ({ shape }: { readonly shape: readonly number[] }) =>
  shape.reduce((size, length) => size * Math.abs(length), 1);
