import { signatures } from "@octavo/spec";
import type { KernelName, ParameterRole, TypedArray } from "@octavo/spec";

import type { WasmExports } from "../wasm-provider.ts";
import { alignment, sizeClass } from "./size-classes.ts";
import { argumentBytes, asArray, writeArray, writeNumber } from "./wasm-arguments.ts";
import type { WasmMemory } from "./wasm-memory.ts";

const maxArity = 16;

/** Writes arguments where the module reads them, and calls. */
export class WasmCaller {
  readonly names: readonly KernelName[];
  readonly #exports: WasmExports;
  readonly #memory: WasmMemory;
  readonly #arguments: number;
  #view: DataView;
  #bytes: Uint8Array;
  #scratch = 0;
  #scratchBytes = 0;

  /** @param forCopies bytes for copies of arguments, taken before others take all; more are taken when a call needs them. */
  constructor(exports: WasmExports, memory: WasmMemory, forCopies: number) {
    this.#exports = exports;
    this.#memory = memory;
    if (forCopies > 0) this.#enlargeScratch(forCopies);
    this.#arguments = memory.reserve(argumentBytes * maxArity);
    this.#view = new DataView(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.names = Array.from(
      { length: exports.kernelCount() },
      (_, i) => this.#text(exports.kernelName(i)) as KernelName,
    );
  }

  /** The kernel's result, or a string: what it expected of its arguments, having done nothing. */
  call(index: number, values: readonly unknown[]): number | string {
    if (values.length !== this.#exports.kernelArity(index))
      return "as many arguments as the kernel has parameters";
    const roles = signatures[this.names[index]];
    const needed = this.#outsideBytes(values, roles);
    if (needed > this.#scratchBytes) this.#enlargeScratch(needed);
    this.#refreshViews();

    let scratch = this.#scratch;
    let results: Copy[] | null = null;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const at = this.#arguments + i * argumentBytes;
      const array = asArray(value, roles[i]);
      if (array === null) {
        writeNumber(this.#view, at, value);
        continue;
      }
      let address = array.byteOffset;
      if (!this.#memory.holds(array.buffer)) {
        address = scratch;
        scratch += padded(array.byteLength);
        if (roles[i] !== "out") this.#bytes.set(bytesOf(array), address);
        if (roles[i] !== "in" && roles[i] !== "shape") (results ??= []).push({ array, address });
      }
      writeArray(this.#view, at, array, address);
    }

    const result = this.#exports.callKernel(index, this.#arguments);
    this.#refreshViews();
    const failure = this.takeFailure();
    if (failure !== null) return failure;
    if (results !== null) {
      for (const { array, address } of results)
        bytesOf(array).set(this.#bytes.subarray(address, address + array.byteLength));
    }
    return result;
  }

  /** What the last kernel expected of its arguments, if it refused them. */
  takeFailure(): string | null {
    this.#refreshViews();
    const message = this.#exports.takeFailure();
    return message === 0 ? null : this.#text(message);
  }

  /** Memory that has grown, for scratch or for a kernel's own use, is another buffer. */
  #refreshViews(): void {
    if (this.#view.buffer === this.#memory.buffer) return;
    this.#view = new DataView(this.#memory.buffer);
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  #outsideBytes(values: readonly unknown[], roles: readonly ParameterRole[]): number {
    let bytes = 0;
    for (let i = 0; i < values.length; i++) {
      const array = asArray(values[i], roles[i]);
      if (array !== null && !this.#memory.holds(array.buffer)) bytes += padded(array.byteLength);
    }
    return bytes;
  }

  #enlargeScratch(bytes: number): void {
    // First, so that it stays ours where there is no more.
    const larger = this.#memory.reserve(bytes);
    if (this.#scratchBytes > 0) this.#memory.release(this.#scratch, this.#scratchBytes);
    this.#scratch = larger;
    this.#scratchBytes = sizeClass(bytes);
  }

  /** A zero-terminated string of the module. */
  #text(address: number): string {
    return String.fromCharCode(...this.#bytes.subarray(address, this.#bytes.indexOf(0, address)));
  }
}

/** A result that a kernel writes in the module's memory, and the array outside that gets it. */
interface Copy {
  readonly array: TypedArray;
  readonly address: number;
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
