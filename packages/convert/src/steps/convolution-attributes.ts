import type { ProgramAttribute } from "@octavo/spec";

export interface ConvolutionGeometry {
  readonly stride: readonly number[];
  readonly padding: readonly number[] | string;
  readonly dilation: readonly number[];
  readonly groups: number;
  /** Of transposed convolutions. */
  readonly outputPadding?: readonly number[];
}

/** Geometry as attributes of a program's convolution; those with the usual value are left out, as files should be small. */
export function convolutionAttributes(
  { stride, padding, dilation, groups, outputPadding = [] }: ConvolutionGeometry,
  kernel: readonly number[],
): Readonly<Record<string, ProgramAttribute>> {
  const all: [name: string, value: readonly number[], usual: number][] = [
    ["stride", stride, 1],
    ["padding", paddingAmounts(padding, kernel, dilation), 0],
    ["dilation", dilation, 1],
    ["groups", [groups], 1],
    ["outputPadding", outputPadding, 0],
  ];
  const unusual = all.filter(([, value, usual]) => value.some((one) => one !== usual));
  return Object.fromEntries(unusual.map(([name, value]) => [name, asOne(value)]));
}

/**
 * One amount per axis, or all amounts before and then all after, which `"same"` may need: dilation · (kernel − 1) in
 * all, the larger half after.
 */
function paddingAmounts(
  padding: readonly number[] | string,
  kernel: readonly number[],
  dilation: readonly number[],
): readonly number[] {
  if (typeof padding !== "string") return padding;
  if (padding === "valid") return [0];
  const totals = kernel.map((size, axis) => dilation[axis] * (size - 1));
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}

/** One number stands for a list of equal ones. */
function asOne(values: readonly number[]): number | readonly number[] {
  return values.every((value) => value === values[0]) ? values[0] : values;
}
