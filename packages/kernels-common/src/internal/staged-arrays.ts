import { signatures } from "@octavo/spec";
import type { TypedArray } from "@octavo/spec";

import type { RecordedCall } from "./recorded-steps.ts";
import { asArray } from "./wasm-arguments.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/** A parameter's place in the module's memory, and the calls that read and write it. */
interface Staged {
  readonly address: number;
  readonly array: TypedArray;
  /** Over its place; of another buffer when the memory has grown. */
  view: TypedArray;
  readonly reads: number[];
  readonly writes: number[];
}

/**
 * Arrays of recorded calls that lie outside the module's memory: constants, copied into it once, and parameters, for which
 * each run's arrays are copied in or out.
 */
export class StagedArrays {
  readonly #memory: WasmMemory;
  readonly #addresses = new Map<TypedArray, number>();
  readonly #parameters: Staged[] = [];

  private constructor(memory: WasmMemory) {
    this.#memory = memory;
  }

  /** Null if a call writes an array outside that is no parameter. */
  static of(
    calls: readonly RecordedCall[],
    parameters: readonly TypedArray[],
    memory: WasmMemory,
  ): StagedArrays | null {
    const staged = new StagedArrays(memory);
    let isDone = false;
    try {
      isDone = staged.#take(calls, parameters);
    } finally {
      // Memory may be exhausted.
      if (!isDone) staged.release();
    }
    return isDone ? staged : null;
  }

  #take(calls: readonly RecordedCall[], parameters: readonly TypedArray[]): boolean {
    for (const array of parameters) {
      const address = this.#reserve(array);
      const view = this.#viewAt(address, array);
      this.#parameters.push({ address, array, view, reads: [], writes: [] });
    }
    for (const [call, { kernel, values }] of calls.entries()) {
      for (const [i, role] of signatures[kernel].entries()) {
        const array = asArray(values[i], role);
        if (array === null) continue;
        const parameter = this.#parameters.find((one) => one.array === array);
        if (parameter && role !== "out") parameter.reads.push(call);
        if (parameter && role !== "in") parameter.writes.push(call);
        if (parameter || this.#memory.holds(array.buffer) || this.#addresses.has(array)) continue;
        if (role !== "in" && role !== "shape") return false;
        this.#viewAt(this.#reserve(array), array).set(array as never);
      }
    }
    return true;
  }

  addressOf(array: TypedArray): number {
    return this.#addresses.get(array) ?? array.byteOffset;
  }

  /** Copies the arrays that calls `first` up to `end` read. */
  copyIn(given: readonly TypedArray[], first: number, end: number): void {
    for (let i = 0; i < this.#parameters.length; i++) {
      const one = this.#parameters[i];
      if (isWithin(one.reads, first, end)) this.#viewOf(one).set(given[i] as never);
    }
  }

  /** Copies the arrays back that these calls wrote. */
  copyOut(given: readonly TypedArray[], first: number, end: number): void {
    for (let i = 0; i < this.#parameters.length; i++) {
      const one = this.#parameters[i];
      if (isWithin(one.writes, first, end)) given[i].set(this.#viewOf(one) as never);
    }
  }

  release(): void {
    for (const [{ byteLength }, address] of this.#addresses) this.#memory.release(address, byteLength);
    this.#addresses.clear();
  }

  #reserve(array: TypedArray): number {
    const address = this.#memory.reserve(array.byteLength);
    this.#addresses.set(array, address);
    return address;
  }

  #viewOf(one: Staged): TypedArray {
    if (one.view.buffer !== this.#memory.buffer) one.view = this.#viewAt(one.address, one.array);
    return one.view;
  }

  #viewAt(address: number, { constructor, length }: TypedArray): TypedArray {
    const View = constructor as new (buffer: ArrayBuffer, byteOffset: number, length: number) => TypedArray;
    return new View(this.#memory.buffer, address, length);
  }
}

/** A loop, since it runs with every inference: a closure would be garbage. */
function isWithin(calls: readonly number[], first: number, end: number): boolean {
  for (let i = 0; i < calls.length; i++) if (calls[i] >= first && calls[i] < end) return true;
  return false;
}
