import { explain, kernels, resolve } from "@octavo/backend";
import { ArgumentError, ShapeError } from "@octavo/spec";
import type { Program, ProgramValue } from "@octavo/spec";

import { checkProgram } from "./check-program.ts";
import { describeProgram } from "./describe-program.ts";
import { checkInput } from "./internal/boundary.ts";
import { Executor } from "./internal/executor.ts";
import { multiplyAdds } from "./internal/multiply-adds.ts";
import { WorkerRunner } from "./internal/worker-runner.ts";
import { opTable } from "./op-table.ts";
import { Profile } from "./profile.ts";
import { Step } from "./step.ts";
import type { InputTensor, OutputTensor, TensorInfo } from "./tensor-info.ts";

export type Inputs = Readonly<Record<string, InputTensor>>;
export type Outputs = Readonly<Record<string, OutputTensor>>;

/**
 * A program ready to run, with the kernels that are loaded when it is made (`load` loads them). Memory is planned once
 * per batch size; after that a run allocates its outputs and nothing else. `dispose` gives the memory back.
 */
export class Session {
  readonly program: Program;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #executor: Executor;
  /** Per op, for people; the registry may choose other kernels later, this session keeps its own. */
  readonly #kernels: readonly string[];
  readonly #worker: WorkerRunner;
  #disposed = false;

  /** @throws FormatError if the program is not one that can run. */
  constructor(program: Program) {
    checkProgram(program);
    this.program = program;
    this.inputs = program.inputs.map((index) => infoOf(program.values[index]));
    this.outputs = program.outputs.map((index) => infoOf(program.values[index]));
    this.#executor = new Executor(program, kernels());
    const methods = this.#executor.methods();
    this.#kernels = program.ops.map((_, index) => kernelsOf(new Step(program, index), methods[index]));
    this.#worker = new WorkerRunner(program, resolve("quantizedConv").name);
  }

  /**
   * Runs the network on a batch: tensors by the names of `inputs`, results by those of `outputs`; with one input and one
   * output, plain tensors. Shapes are torch's (N, C, …); every batch size ≥ 1 goes.
   *
   * @throws ShapeError, DTypeError or ArgumentError that names the input: another shape, another type of array, NaN.
   */
  run(input: InputTensor): OutputTensor;
  run(inputs: Inputs): Outputs;
  run(given: InputTensor | Inputs): OutputTensor | Outputs {
    const { inputs, plain } = this.#accept(given);
    const outputs = this.#executor.run(this.#batchOf(inputs), inputs);
    return plain ? outputs[this.outputs[0].name] : outputs;
  }

  /**
   * As `run`, in a worker, so that the event loop goes on. Calls queue and are answered in order, with the same bits; the
   * inputs are copied at once. A worker that dies rejects the calls that wait, and the next call starts another.
   */
  runAsync(input: InputTensor): Promise<OutputTensor>;
  runAsync(inputs: Inputs): Promise<Outputs>;
  async runAsync(given: InputTensor | Inputs): Promise<OutputTensor | Outputs> {
    const { inputs, plain } = this.#accept(given);
    const outputs = await this.#worker.run(inputs);
    return plain ? outputs[this.outputs[0].name] : outputs;
  }

  /**
   * Runs the network `runs` times and takes the time of every op; the result prints as a table.
   *
   * @throws as `run`, and ArgumentError unless `runs` is a whole number of at least 1.
   */
  profile(given: InputTensor | Inputs, runs = 10): Profile {
    const { inputs } = this.#accept(given);
    if (!Number.isInteger(runs) || runs < 1) {
      const where = `profile of '${this.program.name}'`;
      throw new ArgumentError({ where, expected: "a number of runs of at least 1", got: String(runs) });
    }
    const batch = this.#batchOf(inputs);
    const times = this.program.ops.map(() => Infinity);
    for (let run = 0; run < runs; run++) {
      this.#executor.run(batch, inputs, (step, index) => {
        const started = performance.now();
        step();
        times[index] = Math.min(times[index], performance.now() - started);
      });
    }
    const total = times.reduce((sum, ms) => sum + ms, 0);
    return new Profile(
      times.map((ms, index) => {
        const step = new Step(this.program, index, batch);
        const products = multiplyAdds(step);
        return {
          index,
          name: step.op.name,
          op: step.op.op,
          shapes: [step.inputs[0], step.outputs[0]].map(({ shape }) => shape.join("×")).join(" → "),
          kernel: this.#kernels[index],
          ms,
          gmacs: products === null ? null : products / (ms * 1e6),
          share: ms / total,
        };
      }),
    );
  }

  /** Which kernel runs each op and where, and the memory that it takes; a table. */
  explain(): string {
    const rows = this.program.ops.map(
      ({ name, op }, index) => `${String(index).padStart(3)}  ${name} (${op}): ${this.#kernels[index]}`,
    );
    const { arena, constants } = this.#executor.byteLengths;
    return [...rows, `arena ${arena} bytes, constants ${constants} bytes`].join("\n");
  }

  /** The ops as a table. */
  toString(): string {
    return describeProgram(this.program);
  }

  /** Gives memory and worker back; calls of `runAsync` that wait are rejected. Safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#worker.dispose();
    this.#executor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The inputs by name, checked. */
  #accept(given: InputTensor | Inputs): { inputs: Inputs; plain: boolean } {
    const where = `program '${this.program.name}'`;
    if (this.#disposed) {
      throw new ArgumentError({
        where,
        expected: "a session in use",
        got: "one that was disposed",
        hint: "Load it again.",
      });
    }
    const plain = isTensor(given);
    const names = this.inputs.map(({ name }) => name);
    if (plain && (names.length > 1 || this.outputs.length > 1)) {
      const expected = `inputs by name: { ${names.join(", ")} }`;
      throw new ArgumentError({
        where,
        expected,
        got: "one tensor",
        hint: "Outputs then come by name, too.",
      });
    }
    const inputs = plain ? { [names[0]]: given } : given;
    const unknown = Object.keys(inputs).find((name) => !names.includes(name));
    const missing = names.find((name) => !Object.hasOwn(inputs, name));
    if (unknown !== undefined || missing !== undefined) {
      const got = missing === undefined ? `an input '${unknown}'` : `no '${missing}'`;
      const byName = `tensors by name, { ${names.join(", ")} }`;
      const hint = `Give ${names.length > 1 ? byName : `a tensor, { data, shape }, or ${byName}`}.`;
      throw new ArgumentError({ where, expected: `the inputs ${names.join(", ")}`, got, hint });
    }
    const batches = this.program.inputs.map((index) =>
      checkInput(this.program.values[index], inputs[this.program.values[index].name]),
    );
    const different = new Set(batches.filter((batch) => batch !== null));
    if (different.size > 1) {
      throw new ShapeError({
        where,
        expected: "one batch size for all inputs",
        got: [...different].join(" and "),
      });
    }
    return { inputs, plain };
  }

  #batchOf(inputs: Inputs): number {
    const batched = this.inputs.find(({ shape }) => shape.includes(-1));
    return batched ? inputs[batched.name].shape[batched.shape.indexOf(-1)] : 1;
  }
}

function infoOf({ name, dtype, shape, qparams }: ProgramValue): TensorInfo {
  return { name, dtype, shape, ...(qparams && { qparams }) };
}

/** Which kernels run an op, how and where: `quantizedConv rows on x64-avx2`. */
function kernelsOf(step: Step, method: string | undefined): string {
  const { kernels } = opTable.get(step.op.op)!;
  const names = typeof kernels === "function" ? kernels(step) : kernels;
  const how = method === undefined ? "" : ` ${method}`;
  return names.map((name) => `${name}${how} on ${explain(name).runner}`).join(", ");
}

function isTensor(given: InputTensor | Inputs): given is InputTensor {
  return "data" in given && Array.isArray((given as InputTensor).shape);
}
