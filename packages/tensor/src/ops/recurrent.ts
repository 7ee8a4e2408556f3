import { ArgumentError, entryOf, gemmShape, region } from "@octavo/spec";
import type { GemmShape, Kernels } from "@octavo/spec";
import { kindOf } from "../internal/kind-of.ts";
import { optionsOf } from "../internal/options-of.ts";
import { recurrentCells } from "../internal/recurrent-cells.ts";
import type { ForwardStep, RecurrentCell } from "../internal/recurrent-cells.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { sumRows } from "../internal/sum-rows.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { narrow, select } from "./slice.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

/** `rnnTanh`, `rnnRelu`, `lstm`, `gru` */
export type RecurrentKind = keyof typeof recurrentCells;

type Inputs = [
  x: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  weightIh: Tensor,
  weightHh: Tensor,
  biasIh: Tensor | null,
  biasHh: Tensor | null,
];

interface Attributes {
  readonly kind: RecurrentKind;
  readonly reverse: boolean;
}

/** What one product is of; whole matrices that are overwritten unless it says otherwise. */
function product(
  size: Pick<GemmShape, "m" | "n" | "k"> &
    Partial<Pick<GemmShape, "transposeA" | "transposeB" | "accumulate">>,
): GemmShape {
  const whole = { batch: 1, strideA: 0, strideB: 0, strideC: 0 };
  return gemmShape({ ...whole, transposeA: false, transposeB: false, accumulate: false, ...size });
}

/** Sizes and places of a call: (time, batch, features) goes in, gates of (batch, gates · hidden) are made at each time. */
class Layout {
  readonly cell: RecurrentCell;
  readonly time: number;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
  readonly reverse: boolean;

  constructor([x, h0]: Inputs, { kind, reverse }: Attributes) {
    this.cell = recurrentCells[kind];
    [this.time, this.batch, this.features] = x.shape;
    this.hidden = h0.shape[1];
    this.reverse = reverse;
  }

  /** Columns of the gates. */
  get width(): number {
    return this.cell.gates * this.hidden;
  }

  /**
   * Hidden states lie one after the other, with the initial one where time begins: before the first, or, in reverse, after the last.
   * So the states before each step are a dense block too. The last cell state comes at the end.
   */
  get slots(): number {
    return this.time + 1 + (this.cell.hasCell ? 1 : 0);
  }

  /** Times in the order in which they are computed. */
  times(): number[] {
    const times = Array.from({ length: this.time }, (_, t) => t);
    return this.reverse ? times.reverse() : times;
  }

  /** Slot of the state after time t, and of the one before. */
  after(t: number): number {
    return this.reverse ? t : t + 1;
  }

  before(t: number): number {
    return this.reverse ? t + 1 : t;
  }

  /** States, or cell states, from an index on. */
  slot(states: Float32Array, index: number, count = 1): Float32Array {
    const size = this.batch * this.hidden;
    return states.subarray(index * size, (index + count) * size);
  }

  /** The gates at time t. */
  at(gates: Float32Array, t: number): Float32Array {
    const size = this.batch * this.width;
    return gates.subarray(t * size, (t + 1) * size);
  }

  /** Arrays of a call that backward will read: gates, and what else the kind has. */
  kept(): Kept {
    const { time, batch, hidden, width, cell } = this;
    const ofGates = () => new Tensor({ shape: [time, batch, width] });
    const ofCell = () => new Tensor({ shape: [time, batch, hidden] });
    return cell.apart ? [ofGates(), ofGates()] : cell.hasCell ? [ofGates(), ofCell(), ofCell()] : [ofGates()];
  }

  step([gates, ...others]: Kept, [, , c0]: Inputs, output: Tensor, t: number): ForwardStep {
    const { apart, hasCell } = this.cell;
    return {
      gates: this.at(gates.data, t),
      fromHidden: apart ? this.at(others[0].data, t) : null,
      previous: this.slot(output.data, this.before(t)),
      hidden: this.slot(output.data, this.after(t)),
      cell: hasCell ? this.cellStep(others[0].data, others[1].data, c0!, t) : null,
    };
  }

  private cellStep(cells: Float32Array, tanhs: Float32Array, c0: Tensor, t: number) {
    const isFirst = t === (this.reverse ? this.time - 1 : 0);
    const previous = isFirst ? c0.data : this.slot(cells, this.reverse ? t + 1 : t - 1);
    return { previous, next: this.slot(cells, t), tanh: this.slot(tanhs, t) };
  }
}

/** Gates; then what the hidden state gave to them, if that is apart, or cell states and their tanh, if there are any. */
type Kept = readonly [gates: Tensor, ...others: Tensor[]];

const recurrentOp: Op<Inputs, Attributes> = {
  name: "recurrent",
  layout: ([x, h0, c0, ...weights]) => [toMemoryFormat(x, "contiguous"), h0, c0, ...weights],
  shape(inputs, attributes) {
    const [x, h0, c0, weightIh, weightHh, biasIh, biasHh] = inputs;
    const { kind } = attributes;
    for (const input of inputs) if (input) requireFloat(input, kind);
    requireShape(x.rank === 3, kind, "an input of shape [time, batch, features]", x.shape);
    const { width, batch, features, hidden, slots, cell } = new Layout(inputs, attributes);
    const expected: [Tensor | null, readonly number[]][] = [
      [h0, [batch, hidden]],
      [c0, cell.hasCell ? [batch, hidden] : []],
      [weightIh, [width, features]],
      [weightHh, [width, hidden]],
      [biasIh, [width]],
      [biasHh, [width]],
    ];
    for (const [tensor, shape] of expected) {
      requireShape(tensor === null || tensor.shape.join() === shape.join(), kind, shape, tensor?.shape ?? []);
    }
    return { shape: [slots, batch, hidden] };
  },
  forward(kernels, inputs, output, attributes) {
    const [x, h0, , weightIh, weightHh, biasIh, biasHh] = inputs;
    const layout = new Layout(inputs, attributes);
    const { cell, time, batch, features, hidden, width } = layout;
    const kept = layout.kept();
    const ofInput = product({ m: time * batch, n: width, k: features, transposeB: true });
    const bias = cell.apart ? (biasIh?.data ?? null) : sumOf(biasIh, biasHh);
    kernels.gemm(x.data, weightIh.data, bias, kept[0].data, ofInput);

    const turned = transposed(kernels, weightHh);
    const ofHidden = product({ m: batch, n: width, k: hidden, accumulate: !cell.apart });
    const biasOfHidden = cell.apart ? (biasHh?.data ?? null) : null;
    layout.slot(output.data, layout.before(layout.times()[0])).set(h0.data);
    for (const t of layout.times()) {
      const step = layout.step(kept, inputs, output, t);
      kernels.gemm(step.previous, turned.data, biasOfHidden, step.fromHidden ?? step.gates, ofHidden);
      cell.forward(kernels, step, batch, hidden);
    }
    if (cell.hasCell) {
      const [, cells] = kept;
      layout.slot(output.data, time + 1).set(layout.slot(cells.data, layout.times()[time - 1]));
    }
    return kept;
  },
  backward(kernels, gradient, { inputs, output, attributes, extra, needs }) {
    const [x, h0, c0, weightIh, weightHh, biasIh, biasHh] = inputs;
    const layout = new Layout(inputs, attributes);
    const { cell, time, batch, features, hidden, width, reverse } = layout;
    const kept = extra as Kept;
    const dGates = new Tensor(kept[0]);
    const dApart = cell.apart ? new Tensor(dGates) : dGates;
    const dHidden = new Tensor(h0);
    dHidden.data.fill(0);
    const dCell = c0 && new Tensor(c0);
    dCell?.data.set(layout.slot(gradient.data, time + 1));
    const throughWeights = product({ m: batch, n: hidden, k: width, accumulate: cell.apart });
    for (const t of layout.times().reverse()) {
      const dFromHidden = layout.at(dApart.data, t);
      const gradients = {
        dOutput: layout.slot(gradient.data, layout.after(t)),
        dHidden: dHidden.data,
        dCell: dCell?.data ?? null,
        dGates: layout.at(dGates.data, t),
        dFromHidden,
      };
      cell.backward(kernels, { ...layout.step(kept, inputs, output, t), ...gradients }, batch, hidden);
      kernels.gemm(dFromHidden, weightHh.data, null, dHidden.data, throughWeights);
    }

    // dx = d(gates) W_ih,  dW_ih = d(gates)ᵀ x,  dW_hh = d(gates)ᵀ h before,  db = Σ d(gates), all times at once.
    const dx = needs[0] ? new Tensor(x) : null;
    const toInput = product({ m: time * batch, n: features, k: width });
    if (dx) kernels.gemm(dGates.data, weightIh.data, null, dx.data, toInput);
    const ofWeight = (gates: Tensor, weight: Tensor, other: Float32Array) => {
      const dWeight = new Tensor(weight);
      const toWeight = product({ m: width, n: weight.shape[1], k: time * batch, transposeA: true });
      kernels.gemm(gates.data, other, null, dWeight.data, toWeight);
      return dWeight;
    };
    const before = layout.slot(output.data, reverse ? 1 : 0, time);
    const dBiasIh = biasIh && sumRows(kernels, dGates.data, width);
    const sharesSum = dBiasIh && !cell.apart;
    return [
      dx,
      dHidden,
      dCell,
      needs[3] ? ofWeight(dGates, weightIh, x.data) : null,
      needs[4] ? ofWeight(dApart, weightHh, before) : null,
      dBiasIh,
      biasHh && (sharesSum ? dBiasIh : sumRows(kernels, dApart.data, width)),
    ];
  },
  saves: { inputs: [true, false, true, true, true, false, false], output: true },
};

/** b_ih + b_hh, where they are given. */
function sumOf(a: Tensor | null, b: Tensor | null): Float32Array | null {
  if (a && b) return a.data.map((value, i) => value + b.data[i]);
  return a?.data ?? b?.data ?? null;
}

/** (gates · hidden, hidden) → (hidden, gates · hidden): many small products then read it as it lies. */
function transposed(kernels: Kernels, weight: Tensor): Tensor {
  const [rows, columns] = weight.shape;
  const result = new Tensor({ shape: [columns, rows] });
  const turn = { sizes: [columns, rows], fromStrides: [1, columns], toStrides: [rows, 1] };
  kernels.copyRegion(weight.data, result.data, region({ fromOffset: 0, toOffset: 0, ...turn }));
  return result;
}

/** One layer in one direction; shapes as torch's for one layer. */
export interface RecurrentWeights {
  /** (gates · hidden, features), gates in torch's order. */
  readonly weightIh: Tensor;
  /** (gates · hidden, hidden) */
  readonly weightHh: Tensor;
  readonly biasIh?: Tensor | null;
  readonly biasHh?: Tensor | null;
}

/** States of (batch, hidden); the cell state is the LSTM's. */
export interface RecurrentState {
  readonly h: Tensor;
  readonly c: Tensor | null;
}

const settings = optionsOf("recurrent", { reverse: false });

/**
 * A recurrent layer in one direction, (time, batch, features) → (time, batch, hidden), and its last state. What torch.nn.LSTM, GRU and
 * RNN do for each layer. Products with the input and weight gradients are one matrix product for all gates and times.
 * @throws ShapeError or DTypeError for what does not fit. @throws ArgumentError unless an LSTM, and it alone, has a cell state.
 */
export function recurrent(
  kind: RecurrentKind,
  x: Tensor,
  { h, c }: RecurrentState,
  { weightIh, weightHh, biasIh = null, biasHh = null }: RecurrentWeights,
  options?: { readonly reverse?: boolean },
): { readonly output: Tensor; readonly state: RecurrentState } {
  const { reverse } = settings(options);
  const isGiven = c !== null && c !== undefined;
  if (isGiven !== entryOf(recurrentCells, kind, "recurrent", "kind").hasCell) {
    const expected = isGiven ? "c null: it has no cell state" : "a cell state c, [batch, hidden]";
    throw new ArgumentError({ where: whereOf(kind), expected, got: kindOf(c) });
  }
  const inputs: Inputs = [x, h, c, weightIh, weightHh, biasIh, biasHh];
  const states = applyOp(recurrentOp, inputs, { kind, reverse });
  const time = x.shape[0];
  const output = narrow(states, 0, reverse ? 0 : 1, time);
  const last = select(states, 0, reverse ? 0 : time);
  return { output, state: { h: last, c: c && select(states, 0, time + 1) } };
}
