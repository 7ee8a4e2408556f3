import type { QParams } from "@octavo/spec";
import type { ProgramStep } from "./program-op.ts";
import { sameQParams } from "../internal/same-qparams.ts";

/** One step for each kind of input integers that a module or function met; usually there is only one. */
export class StepsByInput {
  readonly #steps: { readonly input: QParams; readonly step: ProgramStep }[] = [];

  get(input: QParams, make: () => ProgramStep): ProgramStep {
    const known = this.#steps.find((entry) => sameQParams(entry.input, input));
    if (known) return known.step;
    const step = make();
    this.#steps.push({ input, step });
    return step;
  }
}
