import type { ProgramAttribute } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

type Attributes = Readonly<Record<string, ProgramAttribute>>;

/** Attributes of tensor's pooling ops with windows. */
export interface WindowAttributes {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

export function maximumAttributes({
  kernelSize,
  stride,
  padding,
  dilation,
  ceilMode,
}: WindowAttributes): Attributes {
  return { kernel: kernelSize, stride, padding, dilation, ...(ceilMode && { ceilMode }) };
}

export function averageAttributes(windows: WindowAttributes): Attributes {
  const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = windows;
  return {
    kernel: kernelSize,
    stride,
    padding,
    ...(ceilMode && { ceilMode }),
    ...(!countIncludePad && { countIncludePad }),
    ...(divisorOverride !== null && { divisor: divisorOverride }),
  };
}

/** null in `outputSize` keeps the input's size. */
export function adaptiveAttributes(
  { outputSize }: { readonly outputSize: readonly (number | null)[] },
  { shape }: Pick<Tensor, "shape">,
): Attributes {
  return { outputSize: outputSize.map((size, i) => size ?? shape[i + 2]) };
}
