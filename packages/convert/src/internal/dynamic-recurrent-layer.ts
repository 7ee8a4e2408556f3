import type { QConfig } from "@octavo/qat";
import type { ProgramConstant } from "@octavo/spec";
import type { RecurrentKind, RecurrentWeights, Tensor } from "@octavo/tensor";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";
import { dynamicWeight } from "./dynamic-weight.ts";
import { requireAlike } from "./require-alike.ts";

/** How a layer is computed, weights aside. */
export interface RecurrentRule {
  readonly kind: RecurrentKind;
  /** From the last time to the first. */
  readonly reverse: boolean;
  /** 7 bits for inputs and hidden states. */
  readonly reduceRange: boolean;
}

/** Hidden states of all times, (batch, time, hidden), and the last states, (batch, hidden); the cell state is the LSTM's. */
export interface RecurrentResult {
  readonly output: Tensor;
  readonly h: Tensor;
  readonly c: Tensor | null;
}

type Weights = Readonly<Required<RecurrentWeights>>;

/** Names in a state dict, without an ending. */
const names = {
  weightIh: "weight_ih",
  weightHh: "weight_hh",
  biasIh: "bias_ih",
  biasHh: "bias_hh",
} as const satisfies Record<keyof Weights, string>;
const roles = Object.keys(names) as (keyof Weights)[];

/** One layer in one direction, or a cell: integer weights and the step that they make. Immutable, so that clones share it. */
export class DynamicRecurrentLayer {
  readonly #rule: RecurrentRule;
  readonly #weights: Weights;
  readonly #step: ProgramStep;

  private constructor(rule: RecurrentRule, weights: Weights) {
    for (const role of roles) weights[role]?.keep();
    this.#rule = rule;
    this.#weights = weights;
    this.#step = stepOf(rule, weights);
  }

  /** @throws QuantizationError for a qconfig whose weights are not qint8 and symmetric. */
  static of(rule: RecurrentRule, float: RecurrentWeights, qconfig: QConfig): DynamicRecurrentLayer {
    const { weightIh, weightHh, biasIh, biasHh } = float;
    const copyOf = (bias: Tensor | null | undefined) => bias?.detach().clone() ?? null;
    return new DynamicRecurrentLayer(rule, {
      weightIh: dynamicWeight(weightIh, qconfig),
      weightHh: dynamicWeight(weightHh, qconfig),
      biasIh: copyOf(biasIh),
      biasHh: copyOf(biasHh),
    });
  }

  /** @param x (batch, time, features). @param before the states to begin with, (batch, hidden) each; none for zeros. */
  run(x: Tensor, before: readonly Tensor[]): RecurrentResult {
    const time = x.shape[1];
    const states = programOp(x, ...before, this.#step);
    const h = states.select(1, this.#rule.reverse ? 0 : time - 1);
    if (this.#rule.kind !== "lstm") return { output: states, h, c: null };
    return { output: states.narrow(1, 0, time), h, c: states.select(1, time) };
  }

  /** Entries of a state dict, each name with this ending. */
  state(ending = ""): [name: string, x: Tensor][] {
    return roles.flatMap((role) => {
      const x = this.#weights[role];
      return x ? [[names[role] + ending, x] as [string, Tensor]] : [];
    });
  }

  /** The same with what a state dict has. @throws ShapeError or DTypeError for what does not fit. */
  loaded(where: string, state: ReadonlyMap<string, Tensor>, ending = ""): DynamicRecurrentLayer {
    const entries = roles.map((role) => {
      const own = this.#weights[role];
      const given = state.get(names[role] + ending);
      if (given) requireAlike(where, own, given);
      return [role, given?.clone() ?? own] as const;
    });
    return new DynamicRecurrentLayer(this.#rule, Object.fromEntries(entries) as unknown as Weights);
  }
}

function stepOf({ kind, reverse, reduceRange }: RecurrentRule, weights: Weights): ProgramStep {
  const constants: Record<string, ProgramConstant> = {};
  for (const role of roles) {
    const x = weights[role];
    if (!x) continue;
    const { dtype, shape, qparams } = x;
    constants[role] = { dtype, shape, data: x.raw().slice() };
    if (!qparams) continue;
    constants[`${role}Scale`] = { dtype: "float32", shape: [qparams.scale.length], data: qparams.scale };
  }
  return Object.freeze({
    op: "dynamicRecurrent",
    attributes: { kind, ...(reverse && { reverse }), ...(reduceRange && { reduceRange }) },
    constants,
    output: { dtype: "float32" as const },
  });
}
