import type { KernelName, Kernels } from "@octavo/spec";

import { argumentFailure } from "./internal/argument-failure.ts";
import { WasmCaller } from "./internal/wasm-caller.ts";
import { WasmMemory } from "./internal/wasm-memory.ts";
import { reserveAddresses, sharedMemory } from "./internal/wasm-pages.ts";
import { wasmRecorder } from "./internal/wasm-recorder.ts";
import { WasmThreads } from "./internal/wasm-threads.ts";
import type { ThreadExports } from "./internal/wasm-threads.ts";
import type { MeasurableProvider } from "./measurable-provider.ts";

/** What `wasm-exports.cpp` and `wasm-heap.cpp` export; pointers are byte offsets into the memory. */
export interface WasmExports {
  /** Of a module that brings its own; with threads it is imported. */
  readonly memory?: WebAssembly.Memory;
  reserve(bytes: number, mayGrow: boolean): number;
  kernelCount(): number;
  kernelName(index: number): number;
  kernelArity(index: number): number;
  callKernel(index: number, kernelArguments: number): number;
  takeFailure(): number;
  /** See replay.h. */
  replay(calls: number, first: number, end: number): number;
  /** See `MeasurableProvider`. */
  peakFloat(steps: number): number;
  peakInt8(steps: number): number;
  peakInt7(steps: number): number;
}

/**
 * A provider of a WebAssembly module: on the caller's thread, or with as many workers beside it as the machine has
 * further threads if the module is one with shared memory. Arrays that lie in memory from `allocate` are passed as
 * pointers, others are copied in and out.
 *
 * @param module compiled from one of the `.wasm` files of a kernel package
 * @param name the provider's name: `wasm-simd128`
 * @param description for people: `WebAssembly SIMD128`
 */
export async function wasmProvider(
  module: WebAssembly.Module,
  name: string,
  description: string,
): Promise<MeasurableProvider> {
  const shared = WebAssembly.Module.imports(module).length > 0 ? sharedMemory() : null;
  const instance = await WebAssembly.instantiate(module, shared ? { env: { memory: shared } } : {});
  const exports = instance.exports as unknown as WasmExports;
  const forCopies = exports.memory ? reserveAddresses(exports.memory) : 0;
  const memory = new WasmMemory(shared ?? exports.memory!, exports.reserve);
  const caller = new WasmCaller(exports, memory, forCopies);
  const threads =
    shared && new WasmThreads(module, shared, memory, instance.exports as unknown as ThreadExports);
  if (threads) threads.count = hardwareThreads();
  const kernels: Record<string, unknown> = {};
  for (const [index, kernel] of caller.names.entries()) {
    kernels[kernel] = (...values: unknown[]) => {
      threads?.start();
      const result = caller.call(index, values);
      if (typeof result !== "string") return result;
      throw argumentFailure(name, kernel, result, values);
    };
  }
  return {
    specVersion: 1,
    name,
    get description() {
      return `${description}, ${threads?.description ?? "1 thread"}`;
    },
    kernels: kernels as Partial<Pick<Kernels, KernelName>>,
    allocate: (byteLength) => memory.allocate(byteLength),
    free: (block) => memory.free(block),
    get threads() {
      return threads?.count ?? 1;
    },
    setThreads(count) {
      if (threads) threads.count = count;
    },
    recorder: (count) => wasmRecorder(name, exports, memory, caller, threads, count),
    peak: { float: exports.peakFloat, int8: exports.peakInt8, int7: exports.peakInt7 },
  };
}

function hardwareThreads(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os ? os.availableParallelism() : navigator.hardwareConcurrency;
}
