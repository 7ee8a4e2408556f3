import type { Recorder } from "@octavo/backend";
import { dtypes, numberOfElements } from "@octavo/spec";
import type {
  Kernels,
  Memory,
  OctavoError,
  Program,
  RecordedStep,
  Recording,
  TypedArray,
} from "@octavo/spec";

import { opTable } from "../op-table.ts";
import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { arenaAlignment } from "./arena.ts";
import { BoundInput } from "./bound-input.ts";
import { BoundOutput } from "./bound-output.ts";
import type { ConstantMemory } from "./constant-memory.ts";
import { MemoryView } from "./memory-view.ts";
import type { Plan } from "./plan.ts";

/** Bytes that a bound plan needs: the plan's own, and some for each input. */
export function boundBytes(plan: Plan, program: Program): number {
  return plan.byteLength + program.inputs.length * arenaAlignment;
}

/**
 * A plan bound to an arena. All of it is recorded: inputs into their memory format and searched for NaN, the ops, outputs
 * out of theirs; so a run is one call.
 */
export class BoundPlan {
  readonly plan: Plan;
  readonly arena: Memory;
  readonly #inputs: readonly BoundInput[];
  readonly #outputs: readonly BoundOutput[];
  readonly #views: readonly MemoryView<TypedArray>[];
  readonly #recording: Recording;
  /** Positions in the recording: the first inspection of an input, the first op, the end. */
  readonly #inspections: number;
  readonly #ops: number;
  readonly #end: number;
  /** What stands for the recording's parameters in the next run. */
  readonly #given: TypedArray[];
  /** The recording's own parameters: no caller's arrays. */
  readonly #parameters: readonly TypedArray[];

  constructor(program: Program, plan: Plan, arena: Memory, constants: ConstantMemory, recorder: Recorder) {
    this.plan = plan;
    this.arena = arena;
    const views = (this.#views = plan.values.map(
      ({ shape, dtype }, value) =>
        new MemoryView<TypedArray>(arena, dtypes[dtype].array, plan.offsets[value], numberOfElements(shape)),
    ));
    this.#inputs = program.inputs.map((value, i) => {
      const extremes = new MemoryView(arena, Int32Array, plan.byteLength + i * arenaAlignment, 2);
      return new BoundInput(plan.values[value], views[value], extremes);
    });
    this.#outputs = program.outputs.map((value) => new BoundOutput(plan.values[value], views[value]));
    const steps: RecordedStep[] = [];
    const add = (list: readonly (RecordedStep | null)[]) => {
      for (const step of list) if (step) steps.push(step);
      return steps.length;
    };
    this.#inspections = add(this.#inputs.map(({ rearrange }) => rearrange));
    this.#ops = add(this.#inputs.map(({ inspect }) => inspect));
    add(opSteps(plan, views, constants.views(), arena));
    this.#end = add(this.#outputs.map(({ rearrange }) => rearrange));
    this.#parameters = [...this.#inputs, ...this.#outputs].map(({ parameter }) => parameter);
    this.#given = [...this.#parameters];
    this.#recording = recorder.record(steps, this.#parameters);
  }

  get runsAside(): boolean {
    return this.#recording.runAsync !== undefined;
  }

  /** Runs it; where `outputs` has a result of an earlier run, it is written again. */
  run(inputs: readonly InputTensor[], outputs: readonly (OutputTensor | null)[]): void {
    this.#open(outputs);
    this.#repeat(this.#takeIn(inputs), this.#end);
    this.#letGo();
    this.#expectValid();
  }

  /** As `run`, on another thread; the inputs are copied before it returns. */
  async runAside(inputs: readonly InputTensor[]): Promise<void> {
    this.#recording.run(this.#given, this.#takeIn(inputs), this.#ops);
    this.#letGo();
    this.#expectValid();
    this.#open(this.#outputs.map(() => null));
    await this.#recording.runAsync!(this.#given, this.#ops, this.#end).catch((error) => this.#fail(error));
    this.#letGo();
  }

  /** Runs the ops one by one and puts the milliseconds of each into `least`, if they are less than what is there. */
  profile(inputs: readonly InputTensor[], least: number[]): void {
    this.#recording.run(this.#given, this.#takeIn(inputs), this.#ops);
    this.#letGo();
    this.#expectValid();
    for (let i = 0; i < least.length; i++) {
      const started = performance.now();
      this.#repeat(this.#ops + i, this.#ops + i + 1);
      least[i] = Math.min(least[i], performance.now() - started);
    }
  }

  /** The result of the run that has just ended. */
  result(output: number): OutputTensor {
    return this.#outputs[output].close();
  }

  dispose(): void {
    this.#recording.dispose();
  }

  #repeat(first: number, end: number): void {
    try {
      this.#recording.run(this.#given, first, end);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @throws an error of the op in which the kernels failed, if it has one that says more than theirs. */
  #fail(error: unknown): never {
    for (const step of this.plan.steps) {
      if (!(error as Partial<OctavoError>).where?.startsWith(step.where)) continue;
      const inputs = step.op.inputs.map((value) => this.#views[value].array);
      opTable.get(step.op.op)!.checkElements?.(step, inputs);
    }
    throw error;
  }

  /** Takes inputs in; those that need it are rearranged by steps. @returns the first of these that is still to run. */
  #takeIn(inputs: readonly InputTensor[]): number {
    let first = this.#inspections;
    let step = this.#inspections;
    for (let i = inputs.length - 1; i >= 0; i--) {
      const outside = this.#inputs[i].take(inputs[i]);
      if (this.#inputs[i].rearrange === null) continue;
      step--;
      if (outside === null) continue;
      this.#given[i] = outside;
      // With the steps behind it, where these run too.
      if (first === step + 1) first = step;
      else this.#recording.run(this.#given, step, step + 1);
    }
    return first;
  }

  #open(outputs: readonly (OutputTensor | null)[]): void {
    const inputs = this.#inputs.length;
    for (let i = 0; i < outputs.length; i++) this.#given[inputs + i] = this.#outputs[i].open(outputs[i]);
  }

  /** Of the callers' arrays. */
  #letGo(): void {
    for (let i = 0; i < this.#given.length; i++) this.#given[i] = this.#parameters[i];
  }

  #expectValid(): void {
    for (let i = 0; i < this.#inputs.length; i++) this.#inputs[i].expectValid();
  }
}

function opSteps(
  plan: Plan,
  views: readonly MemoryView<TypedArray>[],
  constants: readonly Record<string, TypedArray>[],
  arena: Memory,
): RecordedStep[] {
  const arrays = views.map(({ array }) => array);
  return plan.steps.map((step, index) => {
    const { offset, bytes } = plan.scratch[index];
    const buffers = {
      inputs: step.op.inputs.map((value) => arrays[value]),
      outputs: step.op.outputs.map((value) => arrays[value]),
      constants: constants[index],
      scratch: new Uint8Array(arena.buffer, arena.byteOffset + offset, bytes),
    };
    const { bind } = opTable.get(step.op.op)!;
    return { where: step.where, call: (kernels: Kernels) => bind(step, buffers, kernels)() };
  });
}
