import { allocate, free } from "@octavo/backend";
import type { Kernels, Memory, TypedArray } from "@octavo/spec";

import type { Prepared } from "../op-definition.ts";
import { opTable } from "../op-table.ts";
import type { Step } from "../step.ts";
import { arenaAlignment } from "./arena.ts";

/** The constants of a program as its kernels want them, prepared once, in one piece of their memory. */
export class ConstantMemory {
  readonly memory: Memory;
  readonly #entries: Entry[] = [];
  readonly #ops: number;

  /** @param steps of the whole program, at a batch of 1 */
  constructor(steps: readonly Step[], kernels: Kernels) {
    this.#ops = steps.length;
    let byteLength = 0;
    for (let op = 0; op < steps.length; op++) {
      const prepared = opTable.get(steps[op].op.op)!.prepare?.(steps[op], kernels) ?? {};
      for (const role of Object.keys(prepared)) {
        const one = prepared[role];
        this.#entries.push({ op, role, prepared: one, offset: byteLength, view: null });
        const bytes = one.length * (one.array as unknown as typeof Uint8Array).BYTES_PER_ELEMENT;
        byteLength += Math.ceil(bytes / arenaAlignment) * arenaAlignment;
      }
    }
    this.memory = allocate(byteLength);
    for (const entry of this.#entries) entry.prepared.fill(this.#view(entry));
  }

  /** Arrays by role, per op; valid until the memory's buffer changes. */
  views(): Record<string, TypedArray>[] {
    const views = Array.from({ length: this.#ops }, (): Record<string, TypedArray> => ({}));
    for (const entry of this.#entries) views[entry.op][entry.role] = this.#view(entry);
    return views;
  }

  dispose(): void {
    free(this.memory);
  }

  #view(entry: Entry): TypedArray {
    const { buffer, byteOffset } = this.memory;
    if (entry.view?.buffer !== buffer) {
      const { array, length } = entry.prepared;
      entry.view = new array(buffer, byteOffset + entry.offset, length);
    }
    return entry.view;
  }
}

interface Entry {
  readonly op: number;
  readonly role: string;
  readonly prepared: Prepared;
  readonly offset: number;
  /** Made anew when the memory's buffer has changed. */
  view: TypedArray | null;
}
