import { allocate, free } from "@octavo/backend";
import type { Recorder } from "@octavo/backend";
import { KernelError } from "@octavo/spec";
import type { Memory, Program } from "@octavo/spec";

import { planArena } from "./arena.ts";
import { boundBytes, BoundPlan } from "./bound-plan.ts";
import type { ConstantMemory } from "./constant-memory.ts";
import { planProgram } from "./plan.ts";
import type { BatchedProgram, Plan } from "./plan.ts";

/** Plans are kept for this many batch sizes. */
const rememberedPlans = 8;

/** One arena, for one run at a time, and the plans that are bound to it: one per batch size. */
export class Lane {
  readonly #program: Program;
  readonly #at: (batch: number) => BatchedProgram;
  readonly #constants: ConstantMemory;
  readonly #recorder: Recorder;
  readonly #layout: typeof planArena;
  readonly #bound = new Map<number, BoundPlan>();
  #arena: Memory = allocate(0);

  /**
   * @param at its ops and values at a batch size
   * @param layout `planArena`, or `separateBuffers`, which also keeps ops from running in place
   */
  constructor(
    program: Program,
    at: (batch: number) => BatchedProgram,
    constants: ConstantMemory,
    recorder: Recorder,
    layout: typeof planArena,
  ) {
    this.#program = program;
    this.#at = at;
    this.#constants = constants;
    this.#recorder = recorder;
    this.#layout = layout;
  }

  /** Bytes of the arena now. */
  get byteLength(): number {
    return this.#arena.byteLength;
  }

  /** The plan for a batch size; the same one until a larger arena is needed. */
  planFor(batch: number): BoundPlan {
    const known = this.#bound.get(batch);
    return known?.arena === this.#arena ? known : this.#bind(batch, known);
  }

  dispose(): void {
    for (const bound of this.#bound.values()) bound.dispose();
    this.#bound.clear();
    free(this.#arena);
  }

  #bind(batch: number, earlier: BoundPlan | undefined): BoundPlan {
    const inPlace = this.#layout === planArena;
    const plan: Plan =
      earlier?.plan ?? planProgram(this.#program, batch, this.#layout, inPlace, this.#at(batch));
    earlier?.dispose();
    this.#bound.delete(batch);
    const bytes = boundBytes(plan, this.#program);
    const smaller = this.#arena;
    const arena = bytes > smaller.byteLength ? this.#allocate(bytes, batch) : smaller;
    // If anything fails, other batches go on in the arena that they have.
    let unused = arena;
    try {
      const bound = new BoundPlan(this.#program, plan, arena, this.#constants, this.#recorder);
      this.#arena = arena;
      unused = smaller;
      this.#bound.set(batch, bound);
      if (this.#bound.size > rememberedPlans) {
        const [[oldest, forgotten]] = this.#bound;
        forgotten.dispose();
        this.#bound.delete(oldest);
      }
      return bound;
    } finally {
      if (arena !== smaller) free(unused);
    }
  }

  #allocate(byteLength: number, batch: number): Memory {
    try {
      return allocate(byteLength);
    } catch (cause) {
      throw new KernelError({
        where: `program '${this.#program.name}'`,
        expected: `${byteLength} bytes of memory for a batch of ${batch}`,
        got: (cause as KernelError).got ?? (cause as Error).message,
        hint: "Run smaller batches.",
        cause,
      });
    }
  }
}
