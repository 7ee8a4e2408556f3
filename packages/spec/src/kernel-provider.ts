import type { CallRecorder } from "./call-recorder.ts";
import type { KernelName, Kernels } from "./kernels/kernels.ts";

/** A piece of memory that belongs to a provider. `buffer` may be replaced when memory grows: do not keep views across calls. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Whether the garbage collector frees it with its buffer, so that `free` only serves to use it again. Absent: no. */
  readonly collectable?: boolean;
}

/**
 * A set of kernels for one instruction set: `reference`, `x64-avx2`, `arm64-neon`, `wasm-simd128` …
 * Arguments are typed arrays and numbers, never a Tensor, so a provider depends on nothing but this file.
 */
export interface KernelProvider {
  /** Literal, so that a provider built for another contract is refused with a clear message. */
  readonly specVersion: 1;
  readonly name: string;
  /** What runs and why, for people: `AVX2 + FMA, 2 threads`. */
  readonly description: string;
  /** Absent kernels fall through to the next provider. The three `quantizedConv*` come together or not at all. */
  readonly kernels: Partial<Kernels>;
  /** Variant chosen inside a kernel, when there are several: `explain()` prints it. */
  variant?(kernel: KernelName): string;
  /** Memory that kernels use without copying. Others' arrays are accepted everywhere too, at the price of a copy. */
  allocate(byteLength: number): Memory;
  free(memory: Memory): void;
  /** Threads that kernels use, the caller's included. */
  readonly threads: number;
  setThreads(count: number): void;
  /** Makes many calls one, on up to `threads` threads of its own. Absent: `backend` repeats them one by one. */
  recorder?(threads: number): CallRecorder;
}

/** How a provider opens: itself, or the reason why it cannot run here and what would help. Never a throw. */
export type Opened =
  | { readonly provider: KernelProvider }
  | { readonly unavailable: string; readonly hint?: string };

/** An entry of the registry; nothing is loaded before `open`. */
export interface ProviderRegistration {
  readonly name: string;
  /** What `OCTAVO_KERNELS` may also say: any native, any WASM. */
  readonly kind: "native" | "wasm";
  /** Of a kind, larger is tried first; native goes before wasm. wasm 100 …, native 200 … */
  readonly priority: number;
  open(): Opened | Promise<Opened>;
}
