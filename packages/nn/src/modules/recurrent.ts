import { ArgumentError, withDefaults } from "@octavo/spec";
import { cat, dropout, recurrent, stack, zeros } from "@octavo/tensor";
import type { Generator, RecurrentKind, RecurrentState, RecurrentWeights, Tensor } from "@octavo/tensor";
import { uniform_ } from "../init.ts";
import { initialStates } from "../initial-states.ts";
import { pythonFloat } from "../internal/python-text.ts";
import { recurrentParameters } from "../internal/recurrent-parameters.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { requireFloatRecurrence } from "../internal/require-float-recurrence.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { requireSequence } from "../require-sequence.ts";

export interface RecurrentOptions {
  /** Layers, one on top of the other. Default 1. */
  readonly numLayers?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** (batch, time, features) instead of (time, batch, features). States are not affected. */
  readonly batchFirst?: boolean;
  /** Probability of zeros in what goes from layer to layer while training. Default 0. */
  readonly dropout?: number;
  /** A second set of weights reads from the end; outputs lie side by side. */
  readonly bidirectional?: boolean;
  readonly generator?: Generator;
}

const recurrentDefaults = {
  numLayers: 1,
  bias: true,
  batchFirst: false,
  dropout: 0,
  bidirectional: false,
  generator: undefined,
};

/**
 * Base of `LSTM`, `GRU` and `RNN`: layers and directions around `recurrent`. Parameters are torch's: `weight_ih_l0`,
 * `bias_hh_l1_reverse`, …, uniform in ±1/√hiddenSize at first.
 */
export abstract class Recurrent<State, Initial> extends Module<
  [x: Tensor, initial?: Initial],
  [output: Tensor, state: State]
> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  /** How gates become the next state, by the names of `recurrent`. */
  abstract readonly kind: RecurrentKind;
  protected abstract readonly hasCell: boolean;

  /** @param gates that the first axis of the weights holds. */
  constructor(inputSize: number, hiddenSize: number, gates: number, options: RecurrentOptions) {
    super();
    requireCounts(this.typeName(), { inputSize, hiddenSize });
    const settings = withDefaults(this.typeName(), recurrentDefaults, options);
    const { numLayers, bias, batchFirst, dropout, bidirectional, generator } = settings;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    if (!(numLayers >= 1 && dropout >= 0 && dropout <= 1)) {
      const got = `numLayers ${numLayers}, dropout ${dropout}`;
      throw new ArgumentError({ where: this.typeName(), expected: "a layer, dropout a probability", got });
    }
    const bound = 1 / Math.sqrt(hiddenSize);
    for (let layer = 0; layer < numLayers; layer++) {
      const features = layer === 0 ? inputSize : hiddenSize * this.directions.length;
      for (const suffix of this.directions) {
        const own = recurrentParameters(gates, features, hiddenSize, bias);
        for (const [name, parameter] of Object.entries(own)) {
          uniform_(parameter, -bound, bound, { generator });
          (this as unknown as Record<string, Parameter>)[`${name}L${layer}${suffix}`] = parameter;
        }
      }
    }
  }

  /** Endings of the parameters' names. */
  private get directions(): readonly string[] {
    return this.bidirectional ? ["", "Reverse"] : [""];
  }

  /** Runs all layers. Initial states are (layers · directions, batch, hidden). */
  protected runLayers(given: Tensor, start: Initial | undefined): [Tensor, RecurrentState] {
    const { inputSize, hiddenSize, batchFirst } = this;
    const stateCount = this.numLayers * this.directions.length;
    const before = initialStates(this.typeName(), this.hasCell, start);
    const [h = null, c = null] = before;
    requireSequence(this.typeName(), { inputSize, hiddenSize, batchFirst, stateCount }, given, before);
    requireFloatRecurrence(given, h, c);
    const batched = given.rank === 3;
    const timeFirst = batched && this.batchFirst ? given.transpose(0, 1) : given;
    let x = batched ? timeFirst : given.unsqueeze(1);
    const states: RecurrentState[] = [];
    const initial = (all: Tensor | null) => {
      if (!all) return zeros([x.shape[1], this.hiddenSize]);
      return (batched ? all : all.unsqueeze(1)).select(0, states.length);
    };
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0) x = dropout(x, { p: this.dropout, training: this.training });
      const outputs = this.directions.map((suffix) => {
        const before = { h: initial(h), c: this.hasCell ? initial(c) : null };
        const reverse = suffix !== "";
        const weights = this.weightsOf(layer, reverse);
        const { output, state } = recurrent(this.kind, x, before, weights, { reverse });
        states.push(state);
        return output;
      });
      x = outputs.length === 1 ? outputs[0] : cat(outputs, { dim: 2 });
    }
    const gathered = (of: (state: RecurrentState) => Tensor) => {
      const all = stack(states.map(of));
      return batched ? all : all.squeeze(1);
    };
    const last = { h: gathered(({ h }) => h), c: this.hasCell ? gathered(({ c }) => c!) : null };
    if (!batched) return [x.squeeze(1), last];
    return [this.batchFirst ? x.transpose(0, 1) : x, last];
  }

  /** The parameters of one layer, forwards or backwards. */
  weightsOf(layer: number, reverse: boolean): RecurrentWeights {
    const own = this as unknown as Record<string, Parameter | undefined>;
    const ending = `L${layer}${reverse ? "Reverse" : ""}`;
    return {
      weightIh: own[`weightIh${ending}`]!,
      weightHh: own[`weightHh${ending}`]!,
      biasIh: own[`biasIh${ending}`] ?? null,
      biasHh: own[`biasHh${ending}`] ?? null,
    };
  }

  override extraRepr(): string {
    return [
      `${this.inputSize}, ${this.hiddenSize}`,
      this.numLayers !== 1 && `num_layers=${this.numLayers}`,
      !this.bias && "bias=False",
      this.batchFirst && "batch_first=True",
      this.dropout !== 0 && `dropout=${pythonFloat(this.dropout)}`,
      this.bidirectional && "bidirectional=True",
    ]
      .filter(Boolean)
      .join(", ");
  }
}

/**
 * Long short-term memory, as torch.nn.LSTM: `lstm(x, [h0, c0])` → `[output, [h, c]]`. Output (time, batch, directions · hidden), states
 * (layers · directions, batch, hidden), zero where not given. Without the batch axis everywhere it works too.
 */
export class LSTM extends Recurrent<[h: Tensor, c: Tensor], readonly [h: Tensor, c: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, 4, options);
  }

  get kind(): RecurrentKind {
    return "lstm";
  }

  protected get hasCell(): boolean {
    return true;
  }

  override forward(x: Tensor, initial?: readonly [h: Tensor, c: Tensor]): [Tensor, [Tensor, Tensor]] {
    const [output, { h, c }] = this.runLayers(x, initial);
    return [output, [h, c!]];
  }
}

/** Base of those without a cell state. */
abstract class HiddenOnly extends Recurrent<Tensor, Tensor> {
  protected get hasCell(): boolean {
    return false;
  }

  override forward(x: Tensor, initial?: Tensor): [Tensor, Tensor] {
    const [output, { h }] = this.runLayers(x, initial);
    return [output, h];
  }
}

/** Gated recurrent unit, as torch.nn.GRU: `gru(x, h0)` → `[output, h]`; shapes as `LSTM`. */
export class GRU extends HiddenOnly {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, 3, options);
  }

  get kind(): RecurrentKind {
    return "gru";
  }
}

const rnnDefaults = { ...recurrentDefaults, nonlinearity: "tanh" } as const;

export interface RNNOptions extends RecurrentOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/** h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu, as torch.nn.RNN; shapes as `LSTM`. */
export class RNN extends HiddenOnly {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const { nonlinearity, ...rest } = withDefaults("RNN", rnnDefaults, options);
    super(inputSize, hiddenSize, 1, rest);
    this.nonlinearity = requireNonlinearity(nonlinearity);
  }

  get kind(): RecurrentKind {
    return this.nonlinearity === "relu" ? "rnnRelu" : "rnnTanh";
  }
}

/** @throws ArgumentError for anything but these two. */
export function requireNonlinearity(given: "tanh" | "relu"): "tanh" | "relu" {
  if (given === "tanh" || given === "relu") return given;
  throw new ArgumentError({ where: "RNN", expected: "nonlinearity tanh or relu", got: String(given) });
}
