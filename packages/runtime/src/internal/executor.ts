import { allocate, free } from "@octavo/backend";
import { dtypes, numberOfElements } from "@octavo/spec";
import type { Kernels, Memory, Program, ProgramValue, TypedArray } from "@octavo/spec";

import { opTable } from "../op-table.ts";
import { planArena } from "./arena.ts";
import { ConstantMemory } from "./constant-memory.ts";
import { planProgram } from "./plan.ts";
import type { Plan } from "./plan.ts";

/** Plans are kept for this many batch sizes. */
const rememberedPlans = 8;

/** A plan whose steps are bound to arrays; valid while the memories' buffers stay. */
interface Bound {
  readonly plan: Plan;
  readonly arrays: readonly TypedArray[];
  readonly run: readonly (() => void)[];
  readonly arena: Memory;
  readonly buffers: readonly [ArrayBufferLike, ArrayBufferLike];
}

/**
 * Runs a checked program: one arena for all values, constants prepared once, everything else computed once per batch
 * size. A second run with a batch size allocates nothing.
 */
export class Executor {
  readonly kernels: Kernels;
  readonly #program: Program;
  readonly #layout: Parameters<typeof planProgram>[2];
  readonly #constants: ConstantMemory;
  readonly #bound = new Map<number, Bound>();
  #arena: Memory = allocate(0);

  constructor(program: Program, kernels: Kernels, layout = planArena) {
    this.kernels = kernels;
    this.#program = program;
    this.#layout = layout;
    this.#constants = new ConstantMemory(program, kernels);
  }

  /** The values of a batch, with shapes, and their arrays: write the inputs, then `run`. */
  open(batch: number): { values: readonly ProgramValue[]; arrays: readonly TypedArray[] } {
    const { plan, arrays } = this.#current(batch);
    return { values: plan.values, arrays };
  }

  /** Runs all steps; arrays got from `open` before may have moved, so outputs are read from what this returns. */
  run(batch: number): readonly TypedArray[] {
    let bound = this.#current(batch);
    for (let i = 0; i < bound.run.length; i++) {
      // WebAssembly memory that grew inside a kernel has a new buffer.
      if (!this.#isValid(bound)) bound = this.#current(batch);
      bound.run[i]();
    }
    return this.#current(batch).arrays;
  }

  /** Bytes of the arena now, and of the constants. */
  get byteLengths(): { arena: number; constants: number } {
    return { arena: this.#arena.byteLength, constants: this.#constants.memory.byteLength };
  }

  dispose(): void {
    this.#bound.clear();
    free(this.#arena);
    this.#constants.dispose();
  }

  #current(batch: number): Bound {
    const known = this.#bound.get(batch);
    if (known && this.#isValid(known)) return known;
    const bound = this.#bind(
      known?.plan ?? planProgram(this.#program, batch, this.#layout, this.#layout === planArena),
    );
    this.#bound.delete(batch);
    this.#bound.set(batch, bound);
    if (this.#bound.size > rememberedPlans) this.#bound.delete(this.#bound.keys().next().value!);
    return bound;
  }

  #isValid({ arena, buffers }: Bound): boolean {
    return (
      arena === this.#arena && buffers[0] === arena.buffer && buffers[1] === this.#constants.memory.buffer
    );
  }

  #bind(plan: Plan): Bound {
    if (plan.byteLength > this.#arena.byteLength) {
      const smaller = this.#arena;
      this.#arena = allocate(plan.byteLength);
      free(smaller);
    }
    const arena = this.#arena;
    const constants = this.#constants.views();
    const arrays = plan.values.map(({ shape, dtype }, value) => {
      const offset = arena.byteOffset + plan.offsets[value];
      return new dtypes[dtype].array(arena.buffer as ArrayBuffer, offset, numberOfElements(shape));
    });
    const run = plan.steps.map((step, index) => {
      const { offset, bytes } = plan.scratch[index];
      const buffers = {
        inputs: step.op.inputs.map((value) => arrays[value]),
        outputs: step.op.outputs.map((value) => arrays[value]),
        constants: constants[index],
        scratch: new Uint8Array(arena.buffer, arena.byteOffset + offset, bytes),
      };
      return opTable.get(step.op.op)!.bind(step, buffers, this.kernels);
    });
    return { plan, arrays, run, arena, buffers: [arena.buffer, this.#constants.memory.buffer] };
  }
}
