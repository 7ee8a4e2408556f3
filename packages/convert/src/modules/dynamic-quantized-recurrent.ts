import { initialStates, Module, requireSequence } from "@octavo/nn";
import type { ExtraState, GRU, LSTM, RNN, SequenceLayer, StateDict } from "@octavo/nn";
import type { QConfig } from "@octavo/qat";
import { cat, stack } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { DynamicRecurrentLayer } from "../internal/dynamic-recurrent-layer.ts";
import type { RecurrentResult } from "../internal/dynamic-recurrent-layer.ts";

type State = Tensor | readonly [h: Tensor, c: Tensor];

/** What loading a state dict does not change. */
interface Fixed extends SequenceLayer {
  readonly typeName: string;
  readonly floatRepr: string;
  /** 1, or 2 if bidirectional. */
  readonly directions: number;
  /** Whether states are `[h, c]`. */
  readonly hasCell: boolean;
}

/**
 * LSTM, GRU or RNN with 8-bit weights on floats, called as the float module: each product with weights quantizes its input by its own
 * range, of all times together for what comes in, step by step for the hidden state; gates are float. A lowered program takes
 * `batchFirst` inputs and begins with states of zero. torch.ao.nn.quantized.dynamic.LSTM and GRU.
 */
export class DynamicQuantizedRecurrent
  extends Module<[x: Tensor, initial?: State], [output: Tensor, state: State]>
  implements ExtraState
{
  static readonly isLeafModule = true;
  private readonly fixed: Fixed;
  /** Layer by layer, each forwards and, if bidirectional, backwards. */
  private layers: readonly DynamicRecurrentLayer[];

  /** @throws QuantizationError for a qconfig whose weights are not qint8 and symmetric. */
  constructor(float: LSTM | GRU | RNN, qconfig: QConfig, reduceRange: boolean) {
    super();
    const { kind, numLayers, bidirectional, inputSize, hiddenSize, batchFirst } = float;
    const directions = bidirectional ? 2 : 1;
    this.fixed = Object.freeze({
      typeName: `DynamicQuantized${float.typeName()}`,
      floatRepr: float.extraRepr(),
      inputSize,
      hiddenSize,
      batchFirst,
      directions,
      hasCell: kind === "lstm",
      stateCount: numLayers * directions,
    });
    this.layers = Array.from({ length: numLayers }, (_, layer) => layer).flatMap((layer) =>
      (bidirectional ? [false, true] : [false]).map((reverse) =>
        DynamicRecurrentLayer.of({ kind, reverse, reduceRange }, float.weightsOf(layer, reverse), qconfig),
      ),
    );
  }

  /** @throws ShapeError for an input or states that do not fit. @throws ArgumentError for states that are none. */
  override forward(given: Tensor, initial?: State): [Tensor, State] {
    const { batchFirst, directions, hasCell } = this.fixed;
    const before = initialStates(this.typeName(), hasCell, initial);
    requireSequence(this.typeName(), this.fixed, given, before);
    const batched = given.rank === 3;
    const states = before.map((state) => (batched ? state : state.unsqueeze(1)));
    let x = !batched ? given.unsqueeze(0) : batchFirst ? given : given.transpose(0, 1);
    const results: RecurrentResult[] = [];
    for (let at = 0; at < this.layers.length; at += directions) {
      const layer = this.layers.slice(at, at + directions).map((direction, i) =>
        direction.run(
          x,
          states.map((state) => state.select(0, at + i)),
        ),
      );
      results.push(...layer);
      const outputs = layer.map(({ output }) => output);
      x = outputs.length === 1 ? outputs[0] : cat(outputs, { dim: 2 });
    }
    const gathered = (last: readonly Tensor[]) => (batched ? stack(last) : stack(last).squeeze(1));
    const h = gathered(results.map((result) => result.h));
    const cells = results.flatMap(({ c }) => c ?? []);
    const output = !batched ? x.squeeze(0) : batchFirst ? x : x.transpose(0, 1);
    return [output, cells.length === 0 ? h : [h, gathered(cells)]];
  }

  /** Integers with their qparams under the names of the float module's weights, and the biases. */
  extraState(): StateDict {
    return new Map(this.layers.flatMap((layer, at) => layer.state(this.endingOf(at))));
  }

  /** @throws ShapeError or DTypeError for a weight or bias that does not fit. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    this.layers = this.layers.map((layer, at) => layer.loaded(this.typeName(), state, this.endingOf(at)));
  }

  override typeName(): string {
    return this.fixed.typeName;
  }

  override extraRepr(): string {
    return this.fixed.floatRepr;
  }

  private endingOf(at: number): string {
    const { directions } = this.fixed;
    return `_l${Math.floor(at / directions)}${at % directions === 1 ? "_reverse" : ""}`;
  }
}
