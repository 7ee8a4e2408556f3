import { KernelError } from "@octavo/spec";
import type { Program } from "@octavo/spec";

import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { copyData } from "./copy-data.ts";
import type { Lane } from "./lane.ts";

interface Call {
  readonly batch: number;
  readonly inputs: readonly InputTensor[];
  resolve(outputs: OutputTensor[]): void;
  reject(error: unknown): void;
}

/** Runs a program on another thread of this process, one call after the other, in a lane of its own. */
export class BackgroundRunner {
  readonly #program: Program;
  readonly #lane: Lane;
  /** The first one is being worked on. */
  readonly #calls: Call[] = [];
  #whenIdle: (() => void) | null = null;

  constructor(program: Program, lane: Lane) {
    this.#program = program;
    this.#lane = lane;
  }

  /** `inputs` have been checked; their data is copied, so the caller may change it at once. */
  run(batch: number, inputs: readonly InputTensor[]): Promise<OutputTensor[]> {
    return new Promise((resolve, reject) => {
      const waits = this.#calls.length > 0;
      this.#calls.push({ batch, inputs: waits ? inputs.map(copyOf) : inputs, resolve, reject });
      if (!waits) void this.#work();
    });
  }

  /** Rejects the calls that wait. `idle` is called when no thread touches the program's memory any more. */
  dispose(idle: () => void): void {
    const where = `runAsync of '${this.#program.name}'`;
    const hint = "Load the program again to go on.";
    const error = { where, expected: "the session to live", got: "the session was disposed", hint };
    for (const { reject } of this.#calls) reject(new KernelError(error));
    const end = () => {
      this.#lane.dispose();
      idle();
    };
    if (this.#calls.length === 0) end();
    else this.#whenIdle = end;
    this.#calls.splice(1);
  }

  async #work(): Promise<void> {
    while (this.#calls.length > 0) {
      const [{ batch, inputs, resolve, reject }] = this.#calls;
      try {
        const plan = this.#lane.planFor(batch);
        await plan.runAside(inputs);
        resolve(this.#program.outputs.map((_, i) => plan.result(i)));
      } catch (error) {
        reject(error);
      }
      this.#calls.shift();
    }
    this.#whenIdle?.();
  }
}

const copyOf = (input: InputTensor): InputTensor => ({ ...input, data: copyData(input.data) });
