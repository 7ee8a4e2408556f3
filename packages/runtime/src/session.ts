/// <reference lib="esnext.disposable" preserve="true" />
import { resolve } from "@octavo/backend";
import { ArgumentError, describeGiven, withDefaults } from "@octavo/spec";
import type { DType, Program, ProgramValue, TypedArray } from "@octavo/spec";

import { checkedSteps } from "./check-program.ts";
import { describeProgram } from "./describe-program.ts";
import { decodedPrograms } from "./internal/decoded-programs.ts";
import { fuseOps } from "./fuse-ops.ts";
import { Executor } from "./internal/executor.ts";
import { InputTaker, isTensor } from "./internal/input-taker.ts";
import { multiplyAdds } from "./internal/multiply-adds.ts";
import { WorkerRunner } from "./internal/worker-runner.ts";
import { Profile } from "./profile.ts";
import { Step } from "./step.ts";
import type { InputTensor, OutputTensor, TensorInfo } from "./tensor-info.ts";

export type Inputs = Readonly<Record<string, InputTensor>>;
export type Outputs<D extends DType = DType> = Readonly<Record<string, OutputTensor<D>>>;

/** Ends the workers of sessions that are collected without `dispose`. */
const dropped = new FinalizationRegistry<WorkerRunner>((worker) => worker.dispose());

export interface SessionOptions {
  /**
   * Threads of this session's own that native kernels use, the caller's included; 1: only the caller's. By default as many
   * as the kernels use, which is one per core. 1 to 256; of a larger number, 256 start. Sessions
   * that run at once share the cores: no more threads compute than there are, unless one of them asks for more.
   */
  readonly threads?: number;
}

/**
 * A program ready to run, with the kernels that are loaded when it is made (`load` loads them). Memory is planned once
 * per batch size; after that a run is one native call, and allocates its outputs and nothing else. `dispose` gives the
 * memory back.
 */
export class Session {
  readonly program: Program;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** What runs: the program with some of its ops made one. */
  readonly #fused: Program;
  readonly #executor: Executor;
  /** Per op, for people; null: nobody has asked yet. */
  #kernels: readonly string[] | null = null;
  readonly #worker: WorkerRunner;
  readonly #taken: InputTaker;
  /** In the program's order, while it runs: results of an earlier run that the caller gives, then those of this one. */
  readonly #results: (OutputTensor | null)[];
  #disposed = false;

  /**
   * @throws FormatError if the program is not one that can run. @throws ArgumentError unless `threads` is an integer
   *   ≥ 1, or for an option that there is not.
   * @throws KernelError if no kernels are loaded; `load` loads them.
   */
  constructor(program: Program, options: SessionOptions = {}) {
    const { threads } = withDefaults("Session", { threads: undefined }, options);
    if (threads !== undefined) requireCount(`threads for '${program.name}'`, threads);
    const checked = decodedPrograms.get(program) ?? checkedSteps(program);
    this.program = program;
    this.inputs = program.inputs.map((index) => infoOf(program.values[index]));
    this.outputs = program.outputs.map((index) => infoOf(program.values[index]));
    this.#fused = fuseOps(program, undefined, checked);
    this.#executor = new Executor(this.#fused, threads, undefined, this.#fused === program ? checked : []);
    this.#taken = new InputTaker(program);
    this.#results = program.outputs.map(() => null);
    this.#worker = new WorkerRunner(program, resolve("quantizedConv").name);
    dropped.register(this, this.#worker);
  }

  /**
   * Runs the network on a batch: tensors by the names of `inputs`, results by those of `outputs`; with one input and one
   * output, plain tensors. Shapes are torch's (N, C, …); every batch size ≥ 1 goes.
   *
   * Results belong to the caller: later runs leave them alone. With `earlier`, what a run of the same batch size returned,
   * they are written there again, and a run allocates nothing.
   *
   * Types take results to be float32, as those of a program that ends by dequantizing are; of others, say
   * `run<"quint8">(…)` or `run<DType>(…)`. What `outputs` says is true.
   *
   * @throws ShapeError, DTypeError or ArgumentError that names the input: another shape, another type of array, NaN.
   */
  run<D extends DType = "float32">(input: InputTensor, earlier?: OutputTensor<D>): OutputTensor<D>;
  run<D extends DType = "float32">(inputs: Inputs, earlier?: Outputs<D>): Outputs<D>;
  run(given: InputTensor | Inputs, earlier?: OutputTensor | Outputs): OutputTensor | Outputs {
    this.#expectLive();
    const taken = this.#taken;
    taken.take(given);
    const isPlain = isTensor(given);
    try {
      if (earlier !== undefined) this.#takeEarlier(earlier, isPlain);
      this.#executor.run(taken.batch, taken.tensors, this.#results);
      if (earlier !== undefined) return earlier;
      const results = this.#results as OutputTensor[];
      return isPlain ? results[0] : this.#byName(results);
    } finally {
      taken.letGo();
      this.#results.fill(null);
    }
  }

  /**
   * As `run`, on another thread, so that the event loop goes on: one of this process where the kernels are native, a worker
   * elsewhere. Calls queue and are answered in order, with the same bits; the inputs are copied at once. A worker that dies
   * rejects the calls that wait, and the next call starts another.
   */
  runAsync<D extends DType = "float32">(input: InputTensor): Promise<OutputTensor<D>>;
  runAsync<D extends DType = "float32">(inputs: Inputs): Promise<Outputs<D>>;
  async runAsync(given: InputTensor | Inputs): Promise<OutputTensor | Outputs> {
    this.#expectLive();
    const taken = new InputTaker(this.program);
    taken.take(given);
    const inputs = this.inputs.map(({ name }, i) => [name, taken.tensors[i]] as const);
    const aside = this.#executor.runAside(taken.batch, taken.tensors);
    const outputs = aside ? this.#byName(await aside) : await this.#worker.run(Object.fromEntries(inputs));
    return isTensor(given) ? outputs[this.outputs[0].name] : outputs;
  }

  /**
   * Runs the network `runs` times and takes the time of every op; the result prints as a table.
   *
   * @throws as `run`, and ArgumentError unless `runs` is an integer ≥ 1.
   */
  profile(given: InputTensor | Inputs, runs = 10): Profile {
    this.#expectLive();
    requireCount(`runs to profile '${this.program.name}'`, runs);
    const taken = new InputTaker(this.program);
    taken.take(given);
    const { batch, tensors } = taken;
    const times = this.#executor.profile(batch, tensors, runs);
    const total = times.reduce((sum, ms) => sum + ms, 0);
    return new Profile(
      times.map((ms, index) => {
        const step = new Step(this.#fused, index, batch);
        const products = multiplyAdds(step);
        return {
          index,
          name: step.op.name,
          op: step.op.op,
          shapes: [step.inputs[0], step.outputs[0]].map(({ shape }) => shape.join("×")).join(" → "),
          kernel: this.#runners()[index],
          ms,
          gmacs: products === null ? null : products / (ms * 1e6),
          share: ms / total,
        };
      }),
    );
  }

  /** Which kernel runs each op and where, and the memory that it takes; a table. Ops that run as one have one row. */
  explain(): string {
    const runners = this.#runners();
    const rows = this.#fused.ops.map(
      ({ name, op }, index) => `${String(index).padStart(3)}  ${name} (${op}): ${runners[index]}`,
    );
    const { arena, constants } = this.#executor.byteLengths;
    const { threads } = this.#executor;
    const planned = arena === 0 ? "planned at the first run" : `${arena} bytes`;
    const memory = `arena ${planned}, constants ${constants} bytes`;
    return [...rows, `${threads === 1 ? "1 thread" : `${threads} threads`}, ${memory}`].join("\n");
  }

  /** The ops as a table. */
  toString(): string {
    return describeProgram(this.program);
  }

  /** Gives memory and worker back; calls of `runAsync` that wait are rejected. Safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    try {
      // Looks into the memory that goes; `explain` may still be called.
      this.#runners();
    } finally {
      this.#worker.dispose();
      this.#executor.dispose();
    }
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #runners(): readonly string[] {
    return (this.#kernels ??= this.#executor.runners());
  }

  #expectLive(): void {
    if (!this.#disposed) return;
    throw new ArgumentError({
      where: `program '${this.program.name}'`,
      expected: "a session in use",
      got: "one that was disposed",
      hint: "Load the program again to go on.",
    });
  }

  #takeEarlier(earlier: OutputTensor | Outputs | null, isPlain: boolean): void {
    for (let i = 0; i < this.outputs.length; i++) {
      const { name } = this.outputs[i];
      const tensor = isPlain ? (earlier as OutputTensor | null) : (earlier as Outputs | null)?.[name];
      let isItsOwn = Boolean(tensor);
      for (let j = 0; j < i; j++) if (overlap(this.#results[j]!.data, tensor?.data)) isItsOwn = false;
      if (!isItsOwn) {
        const where = `program '${this.program.name}'`;
        const got = `no '${name}' of its own`;
        throw new ArgumentError({ where, expected: "all results of an earlier run", got });
      }
      this.#results[i] = tensor!;
    }
  }

  #byName(results: readonly OutputTensor[]): Outputs {
    return Object.fromEntries(results.map((tensor, i) => [this.outputs[i].name, tensor]));
  }
}

/** Whether two arrays have elements in common: the same array, or views of one buffer. */
function overlap(a: TypedArray | undefined, b: TypedArray | undefined): boolean {
  if (!a || !b || a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

function requireCount(where: string, given: unknown): void {
  if (Number.isInteger(given) && (given as number) >= 1) return;
  throw new ArgumentError({ where, expected: "an integer ≥ 1", got: describeGiven(given) });
}

function infoOf({ name, dtype, shape, qparams }: ProgramValue): TensorInfo {
  return { name, dtype, shape, ...(qparams && { qparams }) };
}
