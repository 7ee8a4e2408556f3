import { kernels, recorder } from "@octavo/backend";
import type { Recorder } from "@octavo/backend";
import type { Program } from "@octavo/spec";

import { opTable } from "../op-table.ts";
import type { Step } from "../step.ts";
import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { planArena } from "./arena.ts";
import { BackgroundRunner } from "./background-runner.ts";
import { ConstantMemory } from "./constant-memory.ts";
import { Lane } from "./lane.ts";
import { batchedProgram } from "./plan.ts";
import type { BatchedProgram } from "./plan.ts";

/**
 * Runs a checked program with the kernels that are loaded when it is made: constants prepared once, everything else
 * computed and recorded once per batch size. A second run with a batch size is one call of the kernels' provider.
 */
export class Executor {
  readonly #program: Program;
  readonly #recorder: Recorder;
  readonly #constants: ConstantMemory;
  readonly #lane: Lane;
  /** At a batch of 1, for the constants and for the plans of that size. */
  readonly #single: BatchedProgram;
  /** Not asked for yet: undefined; null: the provider has no other thread for it. */
  #background: BackgroundRunner | null | undefined;

  /**
   * @param threads of its own, the caller's included; by default as many as the kernels use
   * @param checked its ops, as far as they are known
   */
  constructor(program: Program, threads?: number, layout = planArena, checked: readonly Step[] = []) {
    this.#program = program;
    this.#recorder = recorder(threads);
    this.#single = batchedProgram(program, 1, checked);
    this.#constants = new ConstantMemory(this.#single.steps, kernels());
    this.#lane = this.#openLane(layout);
  }

  get threads(): number {
    return this.#recorder.threads;
  }

  /** Bytes of the arena now, and of the constants. */
  get byteLengths(): { arena: number; constants: number } {
    return { arena: this.#lane.byteLength, constants: this.#constants.memory.byteLength };
  }

  /** Of each op: which kernels run it, how and where: `quantizedConv rows on x64-avx2`. */
  runners(): string[] {
    const constants = this.#constants.views();
    return this.#single.steps.map((step, index) => {
      const { kernels, method } = opTable.get(step.op.op)!;
      const names = typeof kernels === "function" ? kernels(step) : kernels;
      const how = method ? ` ${method(constants[index])}` : "";
      return names.map((name) => `${name}${how} on ${this.#recorder.runner(name)}`).join(", ");
    });
  }

  /**
   * Runs the program on checked inputs of one batch size, in the program's order. `outputs` are those of an earlier run,
   * which get new numbers, or null for new ones; afterwards they are the results.
   */
  run(batch: number, inputs: readonly InputTensor[], outputs: (OutputTensor | null)[]): void {
    const plan = this.#lane.planFor(batch);
    plan.run(inputs, outputs);
    for (let i = 0; i < outputs.length; i++) outputs[i] = plan.result(i);
  }

  /** As `run`, on another thread; null where the provider has none. The inputs are copied before it returns. */
  runAside(batch: number, inputs: readonly InputTensor[]): Promise<OutputTensor[]> | null {
    if (this.#background === undefined) this.#background = this.#startBackground(batch);
    return this.#background?.run(batch, inputs) ?? null;
  }

  /** Milliseconds of each op, the least of `runs`. */
  profile(batch: number, inputs: readonly InputTensor[], runs: number): number[] {
    const least = this.#program.ops.map(() => Infinity);
    for (let run = 0; run < runs; run++) this.#lane.planFor(batch).profile(inputs, least);
    return least;
  }

  dispose(): void {
    this.#lane.dispose();
    const end = () => {
      this.#constants.dispose();
      this.#recorder.dispose();
    };
    if (this.#background) this.#background.dispose(end);
    else end();
  }

  #openLane(layout: typeof planArena): Lane {
    const { steps } = this.#single;
    const at = (batch: number) => (batch === 1 ? this.#single : batchedProgram(this.#program, batch, steps));
    return new Lane(this.#program, at, this.#constants, this.#recorder, layout);
  }

  #startBackground(batch: number): BackgroundRunner | null {
    const lane = this.#openLane(planArena);
    if (lane.planFor(batch).runsAside) return new BackgroundRunner(this.#program, lane);
    lane.dispose();
    return null;
  }
}
