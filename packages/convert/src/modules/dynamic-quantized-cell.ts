import { initialStates, Module, requireStep } from "@octavo/nn";
import type { ExtraState, GRUCell, LSTMCell, RNNCell, StateDict } from "@octavo/nn";
import type { QConfig } from "@octavo/qat";
import type { Tensor } from "@octavo/tensor";
import { DynamicRecurrentLayer } from "../internal/dynamic-recurrent-layer.ts";

type State = Tensor | [h: Tensor, c: Tensor];

/** What loading a state dict does not change. */
interface Fixed {
  readonly typeName: string;
  readonly floatRepr: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Whether states are `[h, c]`. */
  readonly hasCell: boolean;
}

/**
 * One step of an LSTM, GRU or RNN with 8-bit weights on floats, called as the float cell. torch.ao.nn.quantized.dynamic.LSTMCell, GRUCell and
 * RNNCell.
 */
export class DynamicQuantizedCell extends Module<[x: Tensor, state?: State], State> implements ExtraState {
  static readonly isLeafModule = true;
  private readonly fixed: Fixed;
  private layer: DynamicRecurrentLayer;

  /** @throws QuantizationError for a qconfig whose weights are not qint8 and symmetric. */
  constructor(float: LSTMCell | GRUCell | RNNCell, qconfig: QConfig, reduceRange: boolean) {
    super();
    this.fixed = Object.freeze({
      typeName: `DynamicQuantized${float.typeName()}`,
      floatRepr: float.extraRepr(),
      inputSize: float.inputSize,
      hiddenSize: float.hiddenSize,
      hasCell: float.kind === "lstm",
    });
    const rule = { kind: float.kind, reverse: false, reduceRange };
    this.layer = DynamicRecurrentLayer.of(rule, float, qconfig);
  }

  /** @param given (batch, features), or (features) with states of (hidden). @throws ShapeError or ArgumentError for what does not fit. */
  override forward(given: Tensor, state?: State): State {
    const before = initialStates(this.typeName(), this.fixed.hasCell, state);
    requireStep(this.typeName(), this.fixed, given, before);
    const batched = given.rank !== 1;
    const x = batched ? given : given.unsqueeze(0);
    const { h, c } = this.layer.run(
      x.unsqueeze(1),
      before.map((one) => (batched ? one : one.unsqueeze(0))),
    );
    const [last, cell] = [h, c].map((one) => (one && !batched ? one.squeeze(0) : one));
    return cell ? [last!, cell] : last!;
  }

  extraState(): StateDict {
    return new Map(this.layer.state());
  }

  /** @throws ShapeError or DTypeError for a weight or bias that does not fit. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    this.layer = this.layer.loaded(this.typeName(), state);
  }

  override typeName(): string {
    return this.fixed.typeName;
  }

  override extraRepr(): string {
    return this.fixed.floatRepr;
  }
}
