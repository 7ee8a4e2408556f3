import { signatures } from "@octavo/spec";
import type { KernelName, Kernels, Packed, TypedArray } from "@octavo/spec";

import { argumentFailure } from "./internal/argument-failure.ts";
import { NativeMemory } from "./internal/native-memory.ts";
import { nativeRecorder } from "./internal/native-recorder.ts";
import type { MeasurableProvider } from "./measurable-provider.ts";

/** One kernel of an addon: a string is what it expected of its arguments, having done nothing. */
export type NativeKernel = (...values: unknown[]) => number | string | undefined;

export interface NativeIsa {
  readonly name: string;
  readonly description: string;
  /** What this machine lacks, or null. AMX asks the system for its permission here. */
  missing(): string | null;
  readonly kernels: { readonly [name: string]: NativeKernel };
  /** See `MeasurableProvider`. */
  peakFloat(steps: number): number;
  peakInt8(steps: number): number;
  peakInt7(steps: number): number;
  /** An empty recording of calls of these kernels, which a pool will repeat. */
  recording(pool: NativePool): NativeRecording;
}

declare const native: unique symbol;
/** Threads of the addon. */
export interface NativePool {
  readonly [native]: "pool";
}
/** Calls that the addon has written down. It does not keep arrays alive. */
export interface NativeRecording {
  readonly [native]: "recording";
}

/** What `node-binding.cpp` exports. */
export interface NativeAddon {
  /** Best first. */
  readonly isas: readonly NativeIsa[];
  /** Cores that the process may use; threads that share a core count once. */
  readonly cores: number;
  /** Sets and returns the number of threads; all instruction sets of an addon share them. */
  setThreads(count: number): number;
  /** Address of an array modulo 64. */
  misalignment(array: Uint8Array): number;
  pool(threads: number): NativePool;
  /** Ends the threads. */
  endPool(pool: NativePool): void;
  /** Appends a call of the kernel at `index` of the instruction set's; a string says what it expected of its arguments. */
  record(recording: NativeRecording, index: number, values: readonly unknown[]): string | undefined;
  /** An argument of the last call stands for an array that each run gives at `position`. */
  recordParameter(recording: NativeRecording, argument: number, position: number): void;
  /** Repeats calls `first` up to `end`; a string says what `refusedCall` expected of its arguments. */
  replay(
    recording: NativeRecording,
    parameters: readonly TypedArray[],
    first: number,
    end: number,
  ): string | undefined;
  /** As `replay`, on another thread. */
  replayAsync(
    recording: NativeRecording,
    parameters: readonly TypedArray[],
    first: number,
    end: number,
  ): Promise<string | undefined>;
  refusedCall(recording: NativeRecording): number;
}

/** A provider of one instruction set of an addon, with as many threads as the process has cores. */
export function nativeProvider(addon: NativeAddon, isa: NativeIsa): MeasurableProvider {
  const memory = new NativeMemory((array) => addon.misalignment(array));
  let threads = addon.setThreads(Math.min(addon.cores, share()));
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
    recorder: (count) => nativeRecorder(addon, isa, count),
    peak: { float: isa.peakFloat, int8: isa.peakInt8, int7: isa.peakInt7 },
  };
}

/** Threads that the system lets this process run at once: containers have less than the machine. */
function share(): number {
  return process.getBuiltinModule("node:os").availableParallelism();
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
