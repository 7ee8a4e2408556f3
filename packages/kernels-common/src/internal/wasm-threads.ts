import type { WasmMemory } from "./wasm-memory.ts";
import { startWorker } from "./wasm-workers.ts";

/** What `threads-wasm.cpp` and the linker export of a module with shared memory. */
export interface ThreadExports {
  setThreads(count: number): void;
  letCallerBlock(allowed: boolean): void;
  joinedWorkers(): number;
  /** Bytes of a thread's own variables. */
  readonly __tls_size: WebAssembly.Global<"i32">;
}

/** Of a worker; the module's own is as large. */
const stackBytes = 2 ** 18;
/** More threads than any kernel has pieces of work. */
const maxThreads = 64;
/** What becomes of a number of threads that somebody asks for. */
export const possibleThreads = (count: number): number => Math.min(count, maxThreads);

/** The workers of a module: started with the first kernel, kept for good. They take part as soon as they have come. */
export class WasmThreads {
  readonly #module: WebAssembly.Module;
  readonly #shared: WebAssembly.Memory;
  readonly #memory: WasmMemory;
  readonly #exports: ThreadExports;
  #started = 0;
  #wanted = 1;
  /** What the module was told last. */
  #used = 1;
  #failure: string | null = null;

  constructor(
    module: WebAssembly.Module,
    shared: WebAssembly.Memory,
    memory: WasmMemory,
    exports: ThreadExports,
  ) {
    this.#module = module;
    this.#shared = shared;
    this.#memory = memory;
    this.#exports = exports;
    exports.letCallerBlock(callerMayBlock());
  }

  get count(): number {
    return this.#wanted;
  }

  set count(count: number) {
    this.#wanted = possibleThreads(count);
  }

  /** Before kernels run, on so many `possibleThreads` or as many as are wanted: starts the workers that were not started yet. */
  start(threads = this.#wanted): void {
    if (threads !== this.#used) this.#exports.setThreads(threads);
    this.#used = threads;
    for (; this.#started < threads - 1; this.#started++) {
      const stack = this.#memory.reserve(stackBytes + this.#exports.__tls_size.value) + stackBytes;
      const seat = { module: this.#module, memory: this.#shared, stack, locals: stack };
      startWorker(seat, (reason) => (this.#failure = reason));
    }
  }

  /** `4 threads`, or how many of them have not come, and why. */
  get description(): string {
    const wanted = this.#wanted === 1 ? "1 thread" : `${this.#wanted} threads`;
    const missing = this.#wanted - 1 - this.#exports.joinedWorkers();
    if (missing <= 0) return wanted;
    return `${wanted}, ${missing} of them ${this.#failure === null ? "starting" : `failed: ${this.#failure}`}`;
  }
}

/** Not the main thread of a page. */
function callerMayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
