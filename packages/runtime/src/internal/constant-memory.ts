import { allocate, free } from "@octavo/backend";
import type { Kernels, Memory, TypedArray } from "@octavo/spec";

import type { Prepared } from "../op-definition.ts";
import { opTable } from "../op-table.ts";
import type { Step } from "../step.ts";
import { arenaAlignment } from "./arena.ts";
import { MemoryView } from "./memory-view.ts";

/** The constants of a program as its kernels want them, prepared once, in one piece of their memory. */
export class ConstantMemory {
  readonly memory: Memory;
  readonly #entries: readonly Entry[];
  readonly #ops: number;

  /** @param steps of the whole program, at a batch of 1 */
  constructor(steps: readonly Step[], kernels: Kernels) {
    this.#ops = steps.length;
    const places: {
      readonly op: number;
      readonly role: string;
      readonly prepared: Prepared;
      readonly offset: number;
    }[] = [];
    let byteLength = 0;
    for (let op = 0; op < steps.length; op++) {
      const prepared = opTable.get(steps[op].op.op)!.prepare?.(steps[op], kernels) ?? {};
      for (const role of Object.keys(prepared)) {
        const one = prepared[role];
        places.push({ op, role, prepared: one, offset: byteLength });
        const bytes = one.length * (one.array as unknown as typeof Uint8Array).BYTES_PER_ELEMENT;
        byteLength += Math.ceil(bytes / arenaAlignment) * arenaAlignment;
      }
    }
    this.memory = allocate(byteLength);
    this.#entries = places.map(({ op, role, prepared, offset }) => {
      const view = new MemoryView(this.memory, prepared.array, offset, prepared.length);
      prepared.fill(view.array);
      return { op, role, view };
    });
  }

  /** Arrays by role, per op; valid until the memory's buffer changes. */
  views(): Record<string, TypedArray>[] {
    const views = Array.from({ length: this.#ops }, (): Record<string, TypedArray> => ({}));
    for (const entry of this.#entries) views[entry.op][entry.role] = entry.view.array;
    return views;
  }

  dispose(): void {
    free(this.memory);
  }
}

interface Entry {
  readonly op: number;
  readonly role: string;
  readonly view: MemoryView<TypedArray>;
}
