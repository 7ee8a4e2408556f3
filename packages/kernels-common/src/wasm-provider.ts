import type { KernelName, Kernels } from "@octavo/spec";

import { argumentFailure } from "./internal/argument-failure.ts";
import { WasmCaller } from "./internal/wasm-caller.ts";
import { WasmMemory } from "./internal/wasm-memory.ts";
import type { MeasurableProvider } from "./measurable-provider.ts";

/** What `wasm-exports.cpp` exports; pointers are byte offsets into `memory`. */
export interface WasmExports {
  readonly memory: WebAssembly.Memory;
  /** First byte that the module does not use itself. */
  readonly __heap_base: WebAssembly.Global<"i32">;
  kernelCount(): number;
  kernelName(index: number): number;
  kernelArity(index: number): number;
  callKernel(index: number, kernelArguments: number): number;
  takeFailure(): number;
  /** See `MeasurableProvider`. */
  peakFloat(steps: number): number;
  peakInt8(steps: number): number;
}

/**
 * A provider of a WebAssembly module, on the caller's thread. Arrays that lie in memory from `allocate` are passed as
 * pointers, others are copied in and out.
 *
 * @param module compiled from `build/octavo.wasm`
 * @param name the provider's name: `wasm-simd128`
 * @param description for people: `WebAssembly SIMD128`
 */
export async function wasmProvider(
  module: WebAssembly.Module,
  name: string,
  description: string,
): Promise<MeasurableProvider> {
  // Kernels take their working memory from the same allocator.
  const reserve = (bytes: number): number => memory.reserve(bytes >>> 0);
  const instance = await WebAssembly.instantiate(module, { octavo: { reserve } });
  const exports = instance.exports as unknown as WasmExports;
  const memory = new WasmMemory(exports.memory, exports.__heap_base.value);
  const caller = new WasmCaller(exports, memory);
  const kernels: Record<string, unknown> = {};
  for (const [index, kernel] of caller.names.entries()) {
    kernels[kernel] = (...values: unknown[]) => {
      const result = caller.call(index, values);
      if (typeof result !== "string") return result;
      throw argumentFailure(name, kernel, result, values);
    };
  }
  return {
    specVersion: 1,
    name,
    description: `${description}, 1 thread`,
    kernels: kernels as Partial<Pick<Kernels, KernelName>>,
    allocate: (byteLength) => memory.allocate(byteLength),
    free: (block) => memory.free(block),
    threads: 1,
    setThreads() {},
    peak: { float: exports.peakFloat, int8: exports.peakInt8 },
  };
}
