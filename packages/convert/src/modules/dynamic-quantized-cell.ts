import { Module } from "@octavo/nn";
import type { ExtraState, GRUCell, LSTMCell, RNNCell, StateDict } from "@octavo/nn";
import type { QConfig } from "@octavo/qat";
import type { Tensor } from "@octavo/tensor";
import { DynamicRecurrentLayer } from "../internal/dynamic-recurrent-layer.ts";

type State = Tensor | [h: Tensor, c: Tensor];

/**
 * One step of an LSTM, GRU or RNN with 8-bit weights on floats, called as the float cell. torch.ao.nn.quantized.dynamic.LSTMCell, GRUCell and
 * RNNCell.
 */
export class DynamicQuantizedCell extends Module<[x: Tensor, state?: State], State> implements ExtraState {
  static readonly isLeafModule = true;
  private readonly fixed: { readonly typeName: string; readonly floatRepr: string };
  private layer: DynamicRecurrentLayer;

  /** @throws QuantizationError for a qconfig whose weights are not qint8 and symmetric. */
  constructor(float: LSTMCell | GRUCell | RNNCell, qconfig: QConfig, reduceRange: boolean) {
    super();
    this.fixed = Object.freeze({
      typeName: `DynamicQuantized${float.typeName()}`,
      floatRepr: float.extraRepr(),
    });
    const rule = { kind: float.kind, reverse: false, reduceRange };
    this.layer = DynamicRecurrentLayer.of(rule, float, qconfig);
  }

  /** @param given (batch, features), or (features) with states of (hidden). @throws ShapeError for what does not fit. */
  override forward(given: Tensor, state?: State): State {
    const batched = given.rank !== 1;
    const x = batched ? given : given.unsqueeze(0);
    const before = state === undefined ? [] : Array.isArray(state) ? state : [state];
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
