import { allocate, free } from "@octavo/backend";
import type { Kernels, Memory, Program, TypedArray } from "@octavo/spec";

import type { Prepared } from "../op-definition.ts";
import { opTable } from "../op-table.ts";
import { Step } from "../step.ts";
import { arenaAlignment } from "./arena.ts";

/** The constants of a program as its kernels want them, prepared once, in one piece of their memory. */
export class ConstantMemory {
  readonly memory: Memory;
  readonly #entries: { op: number; role: string; prepared: Prepared; offset: number }[] = [];
  readonly #ops: number;

  constructor(program: Program, kernels: Kernels) {
    this.#ops = program.ops.length;
    let byteLength = 0;
    program.ops.forEach(({ op }, index) => {
      const prepared = opTable.get(op)!.prepare?.(new Step(program, index, 1), kernels) ?? {};
      for (const [role, one] of Object.entries(prepared)) {
        this.#entries.push({ op: index, role, prepared: one, offset: byteLength });
        const bytes = one.length * (one.array as unknown as typeof Uint8Array).BYTES_PER_ELEMENT;
        byteLength += Math.ceil(bytes / arenaAlignment) * arenaAlignment;
      }
    });
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

  #view({ prepared, offset }: { prepared: Prepared; offset: number }): TypedArray {
    return new prepared.array(this.memory.buffer, this.memory.byteOffset + offset, prepared.length);
  }
}
