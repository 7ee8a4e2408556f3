import type { KernelName, Packed } from "@octavo/spec";

import { signatures } from "../signatures.ts";
import type { ParameterRole } from "../signatures.ts";
import type { WasmExports } from "../wasm-provider.ts";
import { alignment } from "./size-classes.ts";
import type { WasmMemory } from "./wasm-memory.ts";

type AnyArray = Uint8Array | Float32Array;

/** `ElementKind` in argument.h. */
const elementKinds = new Map<unknown, number>([
  [Int8Array, 0],
  [Uint8Array, 1],
  [Int16Array, 3],
  [Uint16Array, 4],
  [Int32Array, 5],
  [Uint32Array, 6],
  [Float32Array, 7],
  [Float64Array, 8],
  [BigInt64Array, 9],
]);
const notAnArray = 255;

/** sizeof(Argument) in a 32-bit module: number, data, length, kind. */
const argumentBytes = 24;
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

  constructor(exports: WasmExports, memory: WasmMemory) {
    this.#exports = exports;
    this.#memory = memory;
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
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const at = this.#arguments + i * argumentBytes;
      const array = asArray(value, roles[i]);
      if (array === null) {
        this.#write(at, typeof value === "number" ? value : 0, 0, 0, notAnArray);
        continue;
      }
      let address = array.byteOffset;
      if (!this.#memory.holds(array.buffer)) {
        address = scratch;
        scratch += padded(array.byteLength);
        if (roles[i] !== "out") this.#bytes.set(bytesOf(array), address);
      }
      this.#write(at, 0, address, array.length, elementKinds.get(array.constructor) ?? notAnArray);
    }

    const result = this.#exports.callKernel(index, this.#arguments);
    this.#refreshViews();
    const failure = this.#exports.takeFailure();
    if (failure !== 0) return this.#text(failure);
    if (scratch !== this.#scratch) this.#copyBack(values, roles);
    return result;
  }

  /** Memory that has grown, for scratch or for a kernel's own use, is another buffer. */
  #refreshViews(): void {
    if (this.#view.buffer === this.#memory.buffer) return;
    this.#view = new DataView(this.#memory.buffer);
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  #write(at: number, value: number, data: number, length: number, kind: number): void {
    this.#view.setFloat64(at, value, true);
    this.#view.setUint32(at + 8, data, true);
    this.#view.setUint32(at + 12, length, true);
    this.#view.setUint8(at + 16, kind);
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
    if (this.#scratchBytes > 0) this.#memory.release(this.#scratch, this.#scratchBytes);
    this.#scratch = this.#memory.reserve(bytes);
    this.#scratchBytes = bytes;
  }

  #copyBack(values: readonly unknown[], roles: readonly ParameterRole[]): void {
    let scratch = this.#scratch;
    for (let i = 0; i < values.length; i++) {
      const array = asArray(values[i], roles[i]);
      if (array === null || this.#memory.holds(array.buffer)) continue;
      if (roles[i] === "out" || roles[i] === "inout") {
        bytesOf(array).set(this.#bytes.subarray(scratch, scratch + array.byteLength));
      }
      scratch += padded(array.byteLength);
    }
  }

  /** A zero-terminated string of the module. */
  #text(address: number): string {
    return String.fromCharCode(...this.#bytes.subarray(address, this.#bytes.indexOf(0, address)));
  }
}

/** What the module gets for an argument: a shape's packed form, an array itself, null for numbers and null. */
function asArray(value: unknown, role: ParameterRole): AnyArray | null {
  if (role === "number" || value === null || value === undefined) return null;
  if (role === "shape") return (value as Packed).packed as unknown as AnyArray;
  return value as AnyArray;
}

function bytesOf(array: AnyArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
