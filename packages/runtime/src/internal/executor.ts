import { allocate, free } from "@octavo/backend";
import { dtypes, KernelError, numberOfElements } from "@octavo/spec";
import type { Kernels, Memory, Program } from "@octavo/spec";

import { opTable } from "../op-table.ts";
import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { planArena } from "./arena.ts";
import { bindInput, bindOutput } from "./boundary.ts";
import { ConstantMemory } from "./constant-memory.ts";
import { planProgram } from "./plan.ts";
import type { Plan } from "./plan.ts";

/** Plans are kept for this many batch sizes. */
const rememberedPlans = 8;

/** A plan whose steps are bound to arrays; valid while the memories' buffers stay. */
interface Bound {
  readonly plan: Plan;
  readonly inputs: readonly ((tensor: InputTensor) => void)[];
  readonly steps: readonly (() => void)[];
  readonly outputs: readonly (() => OutputTensor)[];
  readonly arena: Memory;
  readonly buffers: readonly [ArrayBufferLike, ArrayBufferLike];
}

/**
 * Runs a checked program: one arena for all values, constants prepared once, everything else computed once per batch
 * size. A second run with a batch size allocates nothing.
 */
export class Executor {
  readonly #kernels: Kernels;
  readonly #program: Program;
  readonly #layout: Parameters<typeof planProgram>[2];
  readonly #constants: ConstantMemory;
  readonly #bound = new Map<number, Bound>();
  #arena: Memory = allocate(0);

  constructor(program: Program, kernels: Kernels, layout = planArena) {
    this.#kernels = kernels;
    this.#program = program;
    this.#layout = layout;
    this.#constants = new ConstantMemory(program, kernels);
  }

  /**
   * Runs the program on checked inputs, given by name; all of the same batch size. `call` runs a step; a profile takes
   * the time there.
   */
  run(
    batch: number,
    inputs: Readonly<Record<string, InputTensor>>,
    call: (step: () => void, index: number) => void = (step) => step(),
  ): Record<string, OutputTensor> {
    const { values, inputs: inputIndices, outputs: outputIndices } = this.#program;
    inputIndices.forEach((value, i) => this.#current(batch).inputs[i](inputs[values[value].name]));
    let bound = this.#current(batch);
    for (let i = 0; i < bound.steps.length; i++) {
      // WebAssembly memory that grew inside a kernel has a new buffer, which holds what the old one held.
      if (!this.#isValid(bound)) bound = this.#current(batch);
      call(bound.steps[i], i);
    }
    return Object.fromEntries(
      outputIndices.map((value, i) => [values[value].name, this.#current(batch).outputs[i]()]),
    );
  }

  /** Bytes of the arena now, and of the constants. */
  get byteLengths(): { arena: number; constants: number } {
    return { arena: this.#arena.byteLength, constants: this.#constants.memory.byteLength };
  }

  /** Of each op: how its kernel goes about it, where there are several ways. */
  methods(): (string | undefined)[] {
    const constants = this.#constants.views();
    return this.#program.ops.map(({ op }, index) => opTable.get(op)!.method?.(constants[index]));
  }

  dispose(): void {
    this.#bound.clear();
    free(this.#arena);
    this.#constants.dispose();
  }

  #current(batch: number): Bound {
    const known = this.#bound.get(batch);
    if (known && this.#isValid(known)) return known;
    const plan = known?.plan ?? planProgram(this.#program, batch, this.#layout, this.#layout === planArena);
    const bound = this.#bind(plan, batch);
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

  #bind(plan: Plan, batch: number): Bound {
    if (plan.byteLength > this.#arena.byteLength) this.#grow(plan.byteLength, batch);
    const arena = this.#arena;
    const constants = this.#constants.views();
    const arrays = plan.values.map(({ shape, dtype }, value) => {
      const offset = arena.byteOffset + plan.offsets[value];
      return new dtypes[dtype].array(arena.buffer as ArrayBuffer, offset, numberOfElements(shape));
    });
    const steps = plan.steps.map((step, index) => {
      const { offset, bytes } = plan.scratch[index];
      const buffers = {
        inputs: step.op.inputs.map((value) => arrays[value]),
        outputs: step.op.outputs.map((value) => arrays[value]),
        constants: constants[index],
        scratch: new Uint8Array(arena.buffer, arena.byteOffset + offset, bytes),
      };
      return opTable.get(step.op.op)!.bind(step, buffers, this.#kernels);
    });
    const { inputs, outputs } = this.#program;
    return {
      plan,
      inputs: inputs.map((value) => bindInput(this.#kernels, plan.values[value], arrays[value])),
      steps,
      outputs: outputs.map((value) => bindOutput(this.#kernels, plan.values[value], arrays[value])),
      arena,
      buffers: [arena.buffer, this.#constants.memory.buffer],
    };
  }

  #grow(byteLength: number, batch: number): void {
    const smaller = this.#arena;
    try {
      this.#arena = allocate(byteLength);
    } catch (cause) {
      throw new KernelError({
        where: `program '${this.#program.name}'`,
        expected: `${byteLength} bytes of memory for a batch of ${batch}`,
        got: (cause as Error).message,
        hint: "Run smaller batches.",
        cause,
      });
    }
    free(smaller);
  }
}
