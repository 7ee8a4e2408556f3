import type { KernelName, Kernels, Packed } from "@octavo/spec";

import { argumentFailure } from "./internal/argument-failure.ts";
import { NativeMemory } from "./internal/native-memory.ts";
import type { MeasurableProvider } from "./measurable-provider.ts";
import { signatures } from "./signatures.ts";

/** One kernel of an addon: a string is what it expected of its arguments, having done nothing. */
export type NativeKernel = (...values: unknown[]) => number | string | undefined;

export interface NativeIsa {
  readonly name: string;
  readonly description: string;
  /** What this machine lacks, or null. */
  readonly missing: string | null;
  readonly kernels: { readonly [name: string]: NativeKernel };
  /** See `MeasurableProvider`. */
  peakFloat(steps: number): number;
  peakInt8(steps: number): number;
}

/** What `node-binding.cpp` exports. */
export interface NativeAddon {
  /** Best first. */
  readonly isas: readonly NativeIsa[];
  readonly hardwareThreads: number;
  /** Sets and returns the number of threads; all instruction sets of an addon share them. */
  setThreads(count: number): number;
  /** Address of an array modulo 64. */
  misalignment(array: Uint8Array): number;
}

/** A provider of one instruction set of an addon, with as many threads as the machine runs at once. */
export function nativeProvider(addon: NativeAddon, isa: NativeIsa): MeasurableProvider {
  const memory = new NativeMemory((array) => addon.misalignment(array));
  let threads = addon.setThreads(addon.hardwareThreads);
  return {
    specVersion: 1,
    name: isa.name,
    get description() {
      return `${isa.description}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
    },
    kernels: Object.fromEntries(
      Object.entries(isa.kernels).map(([name, kernel]) => [name, wrap(isa.name, name as KernelName, kernel)]),
    ) as Partial<Kernels>,
    allocate: (byteLength) => memory.allocate(byteLength),
    free: (block) => memory.free(block),
    get threads() {
      return threads;
    },
    setThreads(count) {
      threads = addon.setThreads(count);
    },
    peak: { float: isa.peakFloat, int8: isa.peakInt8 },
  };
}

/** Passes a shape's packed form instead of the record, and turns a refusal into an error. */
function wrap(provider: string, name: KernelName, kernel: NativeKernel): NativeKernel {
  const shape = signatures[name].indexOf("shape");
  return (...values) => {
    const given = values[shape] as Packed | undefined;
    if (given !== undefined) values[shape] = given.packed;
    const result = kernel(...values);
    if (typeof result !== "string") return result;
    throw argumentFailure(provider, name, result, values);
  };
}
