import { ArgumentError } from "@octavo/spec";
import type { KernelName, Kernels, RecordedStep } from "@octavo/spec";

import { argumentFailure } from "./argument-failure.ts";

export interface RecordedCall {
  readonly kernel: KernelName;
  readonly values: readonly unknown[];
}

/** Which calls were recorded for which steps. What they were called with is kept alive. */
export class RecordedSteps {
  readonly #provider: string;
  readonly #steps: readonly RecordedStep[];
  /** Position of each step's first call; behind the last step, the number of calls. */
  readonly #firstCalls = [0];
  readonly #calls: RecordedCall[] = [];

  constructor(provider: string, steps: readonly RecordedStep[]) {
    this.#provider = provider;
    this.#steps = steps;
  }

  /** Calls every step with kernels that `add` what they are called with. */
  callAll(kernels: Kernels): void {
    for (const step of this.#steps) {
      step.call(kernels);
      this.#firstCalls.push(this.#calls.length);
    }
  }

  add(kernel: KernelName, values: readonly unknown[]): void {
    this.#calls.push({ kernel, values });
  }

  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** Lets go of the arrays. */
  clear(): void {
    this.#calls.length = 0;
  }

  firstCall(step: number): number {
    return this.#firstCalls[step];
  }

  /** The error for a call that refused its arguments: names its step and its kernel. */
  failure(call: number, expected: string): ArgumentError {
    const { kernel, values } = this.#calls[call];
    const cause = argumentFailure(this.#provider, kernel, expected, values);
    const step = this.#steps[this.#firstCalls.findIndex((first) => first > call) - 1];
    const { got, hint } = cause;
    return new ArgumentError({ where: `${step.where}, ${cause.where}`, expected, got, hint, cause });
  }
}
