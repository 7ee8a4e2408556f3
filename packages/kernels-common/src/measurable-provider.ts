import type { KernelProvider } from "@octavo/spec";

/**
 * A provider that also says how fast its instruction set could be, which is no part of the contract: each loop runs the
 * inner step of its register tile `steps` times on the caller's thread, on operands that never leave the nearest cache,
 * and returns the multiply-adds that it did. Benchmarks time it and divide by it.
 */
export interface MeasurableProvider extends KernelProvider {
  readonly peak: {
    /** float32 multiply-adds. */
    float(steps: number): number;
    /** The dot product of int8 kernels, exact for all activations. */
    int8(steps: number): number;
    /** The same for activations that keep to seven bits; faster on some instruction sets. */
    int7(steps: number): number;
  };
}
