import { withDefaults } from "@octavo/spec";
import { recurrent, zeros } from "@octavo/tensor";
import type { Generator, RecurrentKind, RecurrentState, Tensor } from "@octavo/tensor";
import { uniform_ } from "../init.ts";
import { initialStates } from "../initial-states.ts";
import { recurrentParameters } from "../internal/recurrent-parameters.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { requireFloatRecurrence } from "../internal/require-float-recurrence.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { requireStep } from "../require-step.ts";
import { requireNonlinearity } from "./recurrent.ts";

export interface RecurrentCellOptions {
  /** Default true. */
  readonly bias?: boolean;
  readonly generator?: Generator;
}

const cellDefaults = { bias: true, generator: undefined };

/** Base of the cells: one step of (batch, features). */
abstract class RecurrentCell<State> extends Module<[x: Tensor, state?: State], State> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  /** How gates become the next state, by the names of `recurrent`. */
  abstract readonly kind: RecurrentKind;
  weightIh: Parameter;
  weightHh: Parameter;
  biasIh: Parameter | null;
  biasHh: Parameter | null;

  constructor(inputSize: number, hiddenSize: number, gates: number, options: RecurrentCellOptions) {
    super();
    requireCounts(this.typeName(), { inputSize, hiddenSize });
    const { bias, generator } = withDefaults(this.typeName(), cellDefaults, options);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.bias = bias;
    const own = recurrentParameters(gates, inputSize, hiddenSize, bias);
    const bound = 1 / Math.sqrt(hiddenSize);
    for (const parameter of Object.values(own)) uniform_(parameter, -bound, bound, { generator });
    this.weightIh = own.weightIh;
    this.weightHh = own.weightHh;
    this.biasIh = own.biasIh ?? null;
    this.biasHh = own.biasHh ?? null;
  }

  protected step(given: Tensor, start: State | undefined): RecurrentState {
    const { kind } = this;
    const initial = initialStates(this.typeName(), kind === "lstm", start);
    requireStep(this.typeName(), this, given, initial);
    requireFloatRecurrence(given, ...initial);
    const [h, c] = initial;
    const x = given.rank === 1 ? given.unsqueeze(0) : given;
    const batched = (state: Tensor | undefined) =>
      state ? (given.rank === 1 ? state.unsqueeze(0) : state) : zeros([x.shape[0], this.hiddenSize]);
    const before = { h: batched(h), c: kind === "lstm" ? batched(c) : null };
    const { state } = recurrent(kind, x.unsqueeze(0), before, this);
    if (given.rank !== 1) return state;
    return { h: state.h.squeeze(0), c: state.c && state.c.squeeze(0) };
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? "" : ", bias=False"}`;
  }
}

/** One step of an LSTM, as torch.nn.LSTMCell: `cell(x, [h, c])` → `[h, c]`, each (batch, hidden). */
export class LSTMCell extends RecurrentCell<[h: Tensor, c: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(inputSize, hiddenSize, 4, options);
  }

  get kind(): RecurrentKind {
    return "lstm";
  }

  override forward(x: Tensor, state?: [h: Tensor, c: Tensor]): [Tensor, Tensor] {
    const { h, c } = this.step(x, state);
    return [h, c!];
  }
}

/** One step of a GRU, as torch.nn.GRUCell: `cell(x, h)` → h, (batch, hidden). */
export class GRUCell extends RecurrentCell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(inputSize, hiddenSize, 3, options);
  }

  get kind(): RecurrentKind {
    return "gru";
  }

  override forward(x: Tensor, h?: Tensor): Tensor {
    return this.step(x, h).h;
  }
}

export interface RNNCellOptions extends RecurrentCellOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/** One step of an RNN, as torch.nn.RNNCell: `cell(x, h)` → h, (batch, hidden). */
export class RNNCell extends RecurrentCell<Tensor> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const defaults = { ...cellDefaults, nonlinearity: "tanh" } as const;
    const { nonlinearity, ...rest } = withDefaults("RNNCell", defaults, options);
    super(inputSize, hiddenSize, 1, rest);
    this.nonlinearity = requireNonlinearity(nonlinearity);
  }

  get kind(): RecurrentKind {
    return this.nonlinearity === "relu" ? "rnnRelu" : "rnnTanh";
  }

  override forward(x: Tensor, h?: Tensor): Tensor {
    return this.step(x, h).h;
  }

  override extraRepr(): string {
    const nonlinearity = this.nonlinearity === "tanh" ? "" : `, nonlinearity=${this.nonlinearity}`;
    return super.extraRepr() + nonlinearity;
  }
}
