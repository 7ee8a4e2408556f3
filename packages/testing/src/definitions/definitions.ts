import type { Kernels } from "@octavo/spec";
import { floatDefinitions } from "./float-definitions.ts";
import { quantizedDefinitions } from "./quantized-definitions.ts";

/**
 * Kernels written a second time, straight from their formulas and as slow as that is: what the reference kernels are
 * held against. Those that are not here are held against PyTorch's numbers alone.
 */
export const definitions: Partial<Kernels> = { ...floatDefinitions, ...quantizedDefinitions };
