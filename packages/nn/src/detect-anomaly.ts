import { ArgumentError, OctavoError, withDefaults } from "@octavo/spec";
import { callContext, withTracer } from "@octavo/tensor";
import type { Op, OpInputs, Tensor, Tracer } from "@octavo/tensor";
import { describeValues, largestMagnitude } from "./internal/value-range.ts";
import type { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

export interface AnomalyOptions {
  /** Magnitude above which values count as exploded. Default: only NaN and ±∞ are anomalies. */
  readonly limit?: number;
}

/** A value that is not finite, or too large: names the module where it appeared first. */
export class AnomalyError extends OctavoError {
  static override readonly name: string = "AnomalyError";
}

/**
 * Runs `body` and looks at the result of every operation, and at every gradient where `body` calls backward; as
 * torch.autograd.detect_anomaly, which looks at gradients alone. The first one that is not finite although its inputs are,
 * or that is larger than `limit`, stops the run with the path of its module.
 *
 * Looking costs a pass over every tensor. So look when the loss has already gone wrong, at the same batch again, and at every
 * hundredth step or so for ranges that explode:
 *
 * ```ts ignore
 * if (!Number.isFinite(loss)) detectAnomaly(() => criterion(model(images), labels));
 * ```
 *
 * @throws AnomalyError for what it finds: a result, a parameter that an earlier update spoilt, or an input. ±∞ in an input is
 * taken as meant (masks).
 */
export function detectAnomaly<T>(body: () => T, options: AnomalyOptions = {}): T {
  const { limit } = withDefaults("detectAnomaly", { limit: Infinity }, options);
  if (!(limit > 0)) {
    throw new ArgumentError({ where: "detectAnomaly", expected: "a limit > 0", got: String(limit) });
  }
  return withTracer(new Watcher(limit), body);
}

class Watcher implements Tracer {
  readonly #limit: number;
  readonly #calls: Module[] = [];
  /** Where each tensor was made, for backward. */
  readonly #homes = new WeakMap<Tensor, string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  call(module: object, _: readonly unknown[], run: () => unknown): unknown {
    this.#calls.push(module as Module);
    try {
      return run();
    } finally {
      this.#calls.pop();
    }
  }

  op(op: Op, inputs: OpInputs, _: object, output: Tensor): void {
    const where = callContext()?.where() ?? op.name;
    this.#homes.set(output, where);
    if (this.#fine(output)) return;
    const floats = inputs.filter((x) => x?.dtype === "float32") as Tensor[];
    for (const x of floats) {
      if (x instanceof Parameter && !this.#fine(x)) throw this.#spoiltParameter(where, x);
    }
    const magnitudes = floats.map(largestMagnitude);
    if (magnitudes.some(Number.isNaN)) throw this.#spoiltInput(where, op);
    if (magnitudes.includes(Infinity) && !Number.isNaN(largestMagnitude(output))) return;
    throw new AnomalyError({
      where,
      expected: this.#expected("results"),
      got: `${describeValues(output)} from ${op.name} of ${floats.map(describeValues).join(" and ")}`,
      hint: "Here it appeared first. Lower the learning rate, clip gradients (clipGradNorm_), or look at this batch.",
    });
  }

  gradients(op: Op, output: Tensor, gradients: readonly (Tensor | null)[]): void {
    for (const gradient of gradients) {
      if (!gradient || Number.isFinite(largestMagnitude(gradient))) continue;
      throw new AnomalyError({
        where: this.#homes.get(output) ?? op.name,
        expected: "finite gradients",
        got: `${describeValues(gradient)} from backward of ${op.name}`,
        hint: "A function is at a point where its slope is infinite (√0, log 0), or the loss is too large: scale it down.",
      });
    }
  }

  #fine(x: Tensor): boolean {
    return x.dtype !== "float32" || largestMagnitude(x) <= Math.min(this.#limit, Number.MAX_VALUE);
  }

  #expected(what: string): string {
    return this.#limit === Infinity ? `finite ${what}` : `${what} of magnitude ≤ ${this.#limit}`;
  }

  #spoiltParameter(where: string, parameter: Parameter): AnomalyError {
    const owner = this.#calls[this.#calls.length - 1] as Module | undefined;
    const fields = Object.entries(owner ?? {});
    const name = fields.find(([, value]) => value === parameter)?.[0] ?? "a parameter";
    return new AnomalyError({
      where,
      expected: this.#expected("parameters"),
      got: `${name} with ${describeValues(parameter)}`,
      hint: "An earlier step of the optimiser did this. Lower the learning rate, or clip gradients (clipGradNorm_).",
    });
  }

  #spoiltInput(where: string, op: Op): AnomalyError {
    return new AnomalyError({
      where,
      expected: this.#expected("inputs"),
      got: `NaN in an input of ${op.name} that no operation of this run made`,
      hint: "Look at this batch: the data holds NaN, or its normalization divided by 0.",
    });
  }
}
