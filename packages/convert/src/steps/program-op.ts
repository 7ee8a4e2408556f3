import type { DType, Program, ProgramConstant } from "@octavo/spec";
import { defineOp, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { formatFor } from "./op-formats.ts";
import { PreparedStep } from "./prepared-step.ts";
import type { ActivationQParams } from "../internal/program-value.ts";

/** One op of the runtime's table, with everything but its inputs. What was prepared for it is found by its identity. */
export interface ProgramStep {
  readonly op: string;
  readonly attributes: Program["ops"][number]["attributes"];
  readonly constants: Readonly<Record<string, ProgramConstant>>;
  readonly output: { readonly dtype: DType; readonly qparams?: ActivationQParams };
}

/**
 * Runs an op of the runtime's table on tensors, by the code that runs programs: so converted modules and the lowered
 * program give the same bits, and lowering only has to write down the steps.
 *
 * @throws ShapeError naming the module, for inputs that the op does not take.
 */
export const programOp = defineOp<Tensor[], ProgramStep>({
  name: "programOp",
  acceptsQuantized: true,
  layout(inputs, { op }) {
    const format = formatFor(op, inputs);
    return inputs.map((x) => toMemoryFormat(x, format));
  },
  shape: (inputs, step) => prepared(inputs, step).output,
  forward: (_, inputs, output, step) =>
    prepared(inputs, step).run(
      inputs.map((x) => x.raw()),
      output.raw(),
    ),
});

/** Kept per step: as many kinds of inputs as one module or function usually meets. */
const most = 4;

/** Last used first. */
const known = new WeakMap<ProgramStep, PreparedStep[]>();

function prepared(inputs: readonly Tensor[], step: ProgramStep): PreparedStep {
  const recent = known.get(step) ?? [];
  if (recent[0]?.fits(inputs)) return recent[0];
  const at = recent.findIndex((one) => one.fits(inputs));
  const [found] = at < 0 ? [new PreparedStep(step, inputs, recent[0])] : recent.splice(at, 1);
  recent.unshift(found);
  recent.length = Math.min(recent.length, most);
  known.set(step, recent); // only now: inputs that the op refuses leave nothing behind
  return found;
}
