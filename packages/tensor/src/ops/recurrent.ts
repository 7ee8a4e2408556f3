import { gemmShape } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
import { Elementwise } from "../internal/elementwise.ts";
import { recurrentCells } from "../internal/recurrent-cells.ts";
import type { RecurrentCell } from "../internal/recurrent-cells.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { sumRows } from "../internal/sum-rows.ts";
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

const whole = { batch: 1, strideA: 0, strideB: 0, strideC: 0, transposeA: false, transposeB: false } as const;

/** Sizes and places of a call: (time, batch, features) goes in, gates of (batch, hidden) are made at each time. */
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

  get gates(): number {
    return this.cell.inputPlanes.length;
  }

  /** Elements of one step. */
  get size(): number {
    return this.batch * this.hidden;
  }

  /**
   * Hidden states lie one after the other, with the initial one where time begins: before the first, or, in reverse, after the last.
   * So the states before each step are a dense block too. The last cell state comes at the end.
   */
  get slots(): number {
    return this.time + 1 + (this.cell.cellPlane === null ? 0 : 1);
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

  slot(states: Float32Array, index: number, count = 1): Float32Array {
    return states.subarray(index * this.size, (index + count) * this.size);
  }

  /** A plane, whole or at one time. */
  plane(planes: Float32Array, index: number, t?: number): Float32Array {
    const start = (index * this.time + (t ?? 0)) * this.size;
    return planes.subarray(start, start + (t === undefined ? this.time * this.size : this.size));
  }

  /** The rows of a weight, or the entries of a bias, that belong to a gate. */
  gate({ data }: Tensor, gate: number): Float32Array {
    const size = data.length / this.gates;
    return data.subarray(gate * size, (gate + 1) * size);
  }

  /** The cell state before time t. */
  cellBefore(planes: Float32Array, c0: Tensor | null, t: number): Float32Array | null {
    if (this.cell.cellPlane === null) return null;
    const first = this.reverse ? this.time - 1 : 0;
    return t === first ? c0!.data : this.plane(planes, this.cell.cellPlane, this.reverse ? t + 1 : t - 1);
  }
}

const recurrentOp: Op<Inputs, Attributes> = {
  name: "recurrent",
  layout: ([x, h0, c0, ...weights]) => [toMemoryFormat(x, "contiguous"), h0, c0, ...weights],
  shape(inputs, attributes) {
    const [x, h0, c0, weightIh, weightHh, biasIh, biasHh] = inputs;
    const { kind } = attributes;
    for (const input of inputs) if (input) requireFloat(input, kind);
    requireShape(x.rank === 3, kind, "an input of shape [time, batch, features]", x.shape);
    const { gates, batch, features, hidden, slots, cell } = new Layout(inputs, attributes);
    const expected: [Tensor | null, readonly number[]][] = [
      [h0, [batch, hidden]],
      [c0, cell.cellPlane === null ? [] : [batch, hidden]],
      [weightIh, [gates * hidden, features]],
      [weightHh, [gates * hidden, hidden]],
      [biasIh, [gates * hidden]],
      [biasHh, [gates * hidden]],
    ];
    for (const [tensor, shape] of expected) {
      requireShape(tensor === null || tensor.shape.join() === shape.join(), kind, shape, tensor?.shape ?? []);
    }
    return { shape: [slots, batch, hidden] };
  },
  forward(kernels, inputs, output, attributes) {
    const [, h0, c0, , weightHh] = inputs;
    const layout = new Layout(inputs, attributes);
    const { cell, time, batch, hidden, size } = layout;
    const [state, scratch] = [
      new Tensor({ shape: [cell.planes, time, size] }),
      new Tensor({ shape: [size] }),
    ];
    preactivate(kernels, layout, inputs, state);
    const fromHidden = gemmShape({
      ...whole,
      batch: layout.gates,
      m: batch,
      n: hidden,
      k: hidden,
      transposeB: true,
      strideB: hidden * hidden,
      strideC: time * size,
      accumulate: true,
    });
    const math = new Elementwise(kernels, size);
    layout.slot(output.data, layout.before(layout.times()[0])).set(h0.data);
    for (const t of layout.times()) {
      const plane = (index: number) => layout.plane(state.data, index, t);
      const previous = layout.slot(output.data, layout.before(t));
      kernels.gemm(previous, weightHh.data, null, state.data.subarray(t * size), fromHidden);
      const previousCell = layout.cellBefore(state.data, c0, t);
      const next = layout.slot(output.data, layout.after(t));
      cell.forward({ math, plane, previous, previousCell, hidden: next, scratch: scratch.data });
    }
    if (cell.cellPlane !== null) {
      const last = layout.times()[time - 1];
      layout.slot(output.data, time + 1).set(layout.plane(state.data, cell.cellPlane, last));
    }
    return [state];
  },
  backward(kernels, gradient, { inputs, output, attributes, extra: [state] }) {
    const layout = new Layout(inputs, attributes);
    const { cell, time, size } = layout;
    const fresh = (...shape: number[]) => new Tensor({ shape });
    const gates = fresh(cell.gradients, time, size);
    const [dHidden, dPrevious, scratch] = [fresh(size), fresh(size), fresh(size)];
    const dCell = cell.cellPlane === null ? null : fresh(size);
    dCell?.data.set(layout.slot(gradient.data, time + 1));
    dPrevious.data.fill(0);
    const math = new Elementwise(kernels, size);
    for (const t of layout.times().reverse()) {
      math.binary("add", layout.slot(gradient.data, layout.after(t)), dPrevious.data, dHidden.data);
      dPrevious.data.fill(0);
      cell.backward({
        math,
        plane: (index) => layout.plane(state.data, index, t),
        gradient: (index) => layout.plane(gates.data, index, t),
        previous: layout.slot(output.data, layout.before(t)),
        previousCell: layout.cellBefore(state.data, inputs[2], t),
        dHidden: dHidden.data,
        dCell: dCell?.data ?? null,
        dPrevious: dPrevious.data,
        scratch: scratch.data,
      });
      throughWeights(kernels, layout, inputs[4], gates, t, dPrevious.data);
    }
    const dH0 = new Tensor(inputs[1]);
    dH0.data.set(dPrevious.data);
    const dC0 = inputs[2] && new Tensor(inputs[2]);
    dC0?.data.set(dCell!.data);
    return [
      inputGradient(kernels, layout, inputs, gates),
      dH0,
      dC0,
      ...weightGradients(kernels, layout, inputs, output, gates),
    ];
  },
  saves: { inputs: [true, false, true, true, true, false, false], output: true },
};

/** What does not depend on the hidden states, of all gates and times: W_ih x + b_ih, and b_hh where it is added. */
function preactivate(
  kernels: Kernels,
  layout: Layout,
  [x, , , weightIh, , biasIh, biasHh]: Inputs,
  state: Tensor,
): void {
  const { cell, time, batch: rows, features: k, hidden: n } = layout;
  const shape = gemmShape({ ...whole, m: time * rows, n, k, transposeB: true, accumulate: false });
  cell.inputPlanes.forEach((plane, gate) => {
    const biases = [biasIh, plane === gate ? biasHh : null].flatMap((bias) =>
      bias ? [layout.gate(bias, gate)] : [],
    );
    const bias = biases.length === 0 ? null : biases[0].map((value, i) => value + (biases[1]?.[i] ?? 0));
    kernels.gemm(x.data, layout.gate(weightIh, gate), bias, layout.plane(state.data, plane), shape);
    if (plane === gate) return;
    const hiddenPart = layout.plane(state.data, gate).fill(0);
    if (!biasHh) return;
    for (let row = 0; row < time * rows; row++) hiddenPart.set(layout.gate(biasHh, gate), row * n);
  });
}

/** dh += Σ d(gate) W_hh, for the hidden state before time t. */
function throughWeights(
  kernels: Kernels,
  layout: Layout,
  weightHh: Tensor,
  gates: Tensor,
  t: number,
  dPrevious: Float32Array,
): void {
  const { batch: m, hidden } = layout;
  const shape = gemmShape({ ...whole, m, n: hidden, k: hidden, accumulate: true });
  for (let gate = 0; gate < layout.gates; gate++) {
    kernels.gemm(layout.plane(gates.data, gate, t), layout.gate(weightHh, gate), null, dPrevious, shape);
  }
}

/** dx = Σ d(gate) W_ih, all times at once. */
function inputGradient(kernels: Kernels, layout: Layout, [x, , , weightIh]: Inputs, gates: Tensor): Tensor {
  const { cell, time, batch, features, hidden } = layout;
  const dx = new Tensor(x);
  cell.inputPlanes.forEach((plane, gate) => {
    const shape = gemmShape({ ...whole, m: time * batch, n: features, k: hidden, accumulate: gate > 0 });
    kernels.gemm(layout.plane(gates.data, plane), layout.gate(weightIh, gate), null, dx.data, shape);
  });
  return dx;
}

/** dW_ih = d(gate)ᵀ x,  dW_hh = d(gate)ᵀ h before,  db = Σ d(gate), all times at once. */
function weightGradients(
  kernels: Kernels,
  layout: Layout,
  [x, , , weightIh, weightHh, biasIh, biasHh]: Inputs,
  output: Tensor,
  gates: Tensor,
): (Tensor | null)[] {
  const { cell, time, batch, hidden, reverse } = layout;
  const before = layout.slot(output.data, reverse ? 1 : 0, time);
  const hiddenPlanes = cell.inputPlanes.map((_, gate) => gate);
  const ofWeight = (weight: Tensor, planes: readonly number[], other: Float32Array) => {
    const dWeight = new Tensor(weight);
    const shape = gemmShape({
      ...whole,
      m: hidden,
      n: weight.shape[1],
      k: time * batch,
      transposeA: true,
      accumulate: false,
    });
    planes.forEach((plane, gate) =>
      kernels.gemm(layout.plane(gates.data, plane), other, null, layout.gate(dWeight, gate), shape),
    );
    return dWeight;
  };
  const ofBias = (bias: Tensor | null, planes: readonly number[]) => {
    if (!bias) return null;
    const dBias = new Tensor(bias);
    planes.forEach((plane, gate) =>
      layout.gate(dBias, gate).set(sumRows(kernels, layout.plane(gates.data, plane), hidden).data),
    );
    return dBias;
  };
  return [
    ofWeight(weightIh, cell.inputPlanes, x.data),
    ofWeight(weightHh, hiddenPlanes, before),
    ofBias(biasIh, cell.inputPlanes),
    ofBias(biasHh, hiddenPlanes),
  ];
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

/**
 * A recurrent layer in one direction, (time, batch, features) → (time, batch, hidden), and its last state. What torch.nn.LSTM, GRU and
 * RNN do for each layer. All products with the input and all weight gradients are one matrix product per gate for all times.
 * @throws ShapeError or DTypeError for what does not fit.
 */
export function recurrent(
  kind: RecurrentKind,
  x: Tensor,
  { h, c }: RecurrentState,
  { weightIh, weightHh, biasIh = null, biasHh = null }: RecurrentWeights,
  { reverse = false }: { readonly reverse?: boolean } = {},
): { readonly output: Tensor; readonly state: RecurrentState } {
  const inputs: Inputs = [x, h, c, weightIh, weightHh, biasIh, biasHh];
  const states = applyOp(recurrentOp, inputs, { kind, reverse });
  const time = x.shape[0];
  const output = narrow(states, 0, reverse ? 0 : 1, time);
  const last = select(states, 0, reverse ? 0 : time);
  return { output, state: { h: last, c: c && select(states, 0, time + 1) } };
}
