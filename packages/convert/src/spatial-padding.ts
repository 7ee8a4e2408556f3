/**
 * Padding of a convolution as programs have it: one amount per axis, or all amounts before and then all after, which
 * `"same"` may need: dilation · (kernel − 1) in all, the larger half after.
 */
export function spatialPadding(
  padding: readonly number[] | string,
  kernel: readonly number[],
  dilation: readonly number[],
): readonly number[] {
  if (typeof padding !== "string") return padding;
  if (padding === "valid") return kernel.map(() => 0);
  const totals = kernel.map((size, axis) => dilation[axis] * (size - 1));
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}
