import type { FloatKernels } from "./float.ts";
import type { QuantizedKernels } from "./quantized.ts";

/** Every kernel there is. A provider offers some of them; the reference in `backend` offers all. */
export interface Kernels extends FloatKernels, QuantizedKernels {}

/** `"conv"`, `"quantizedConv"`, … */
export type KernelName = keyof Kernels;
