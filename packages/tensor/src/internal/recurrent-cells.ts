import { BinaryOp, broadcast, UnaryOp } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";

type F32 = Float32Array;

/** One step of a recurrent layer; states are (batch, hidden), gates (batch, gates · hidden). */
export interface ForwardStep {
  /** In: W_ih x + b_ih, and what the hidden state gives where it is not apart. Out: what backward reads. */
  readonly gates: F32;
  /** What the hidden state gives to the gates, where that is apart. */
  readonly fromHidden: F32 | null;
  readonly previous: F32;
  /** To be written. */
  readonly hidden: F32;
  /** Those of a layer that has a cell state. */
  readonly cell: CellState | null;
}

interface CellState {
  readonly previous: F32;
  /** To be written. */
  readonly next: F32;
  readonly tanh: F32;
}

export interface BackwardStep extends ForwardStep {
  /** Gradients of the hidden state: of the output, and from the step after; the latter becomes that of the state before. */
  readonly dOutput: F32;
  readonly dHidden: F32;
  /** Of the cell state; in: after this step, out: before it. */
  readonly dCell: F32 | null;
  /** To be written. */
  readonly dGates: F32;
  readonly dFromHidden: F32 | null;
}

/** A kind of recurrent layer: how gates become the next state. The products with the weights are not its business. */
export interface RecurrentCell {
  readonly gates: number;
  /** Whether it needs W_hh h + b_hh apart from W_ih x + b_ih; then the hidden state also reaches the next one past the gates. */
  readonly apart: boolean;
  readonly hasCell: boolean;
  forward(kernels: Kernels, step: ForwardStep, rows: number, columns: number): void;
  backward(kernels: Kernels, step: BackwardStep, rows: number, columns: number): void;
}

/** h' = f(W_ih x + b_ih + W_hh h + b_hh) */
const elman = (f: "tanh" | "relu"): RecurrentCell => ({
  gates: 1,
  apart: false,
  hasCell: false,
  forward(kernels, { gates, hidden }) {
    kernels.unary(UnaryOp[f], gates, gates, 0, 0);
    hidden.set(gates);
  },
  // dp = f'(p) dh'
  backward(kernels, { gates, dOutput, dHidden, dGates }) {
    const whole = broadcast({ sizes: [gates.length], aStrides: [1], bStrides: [1] });
    kernels.binary(BinaryOp.add, dOutput, dHidden, dGates, whole);
    kernels.unaryGradient(UnaryOp[f], gates, gates, dGates, dGates, 0, 0);
  },
});

/** Hochreiter & Schmidhuber 1997, with a forget gate. */
const lstm: RecurrentCell = {
  gates: 4,
  apart: false,
  hasCell: true,
  forward(kernels, { gates, cell, hidden }, rows, columns) {
    const { previous, next, tanh } = cell!;
    kernels.lstmCell(gates, previous, next, tanh, hidden, rows, columns);
  },
  backward(kernels, { gates, cell, dOutput, dHidden, dCell, dGates }, rows, columns) {
    const { previous, tanh } = cell!;
    kernels.lstmCellGradient(gates, previous, tanh, dOutput, dHidden, dCell!, dGates, rows, columns);
  },
};

/** Cho et al. 2014, as torch has it. */
const gru: RecurrentCell = {
  gates: 3,
  apart: true,
  hasCell: false,
  forward(kernels, { gates, fromHidden, previous, hidden }, rows, columns) {
    kernels.gruCell(gates, fromHidden!, previous, hidden, rows, columns);
  },
  backward(kernels, step, rows, columns) {
    const { gates, fromHidden, previous, dOutput, dHidden, dGates, dFromHidden } = step;
    kernels.gruCellGradient(
      gates,
      fromHidden!,
      previous,
      dOutput,
      dHidden,
      dGates,
      dFromHidden!,
      rows,
      columns,
    );
  },
};

/** Every kind by name. */
export const recurrentCells = {
  rnnTanh: elman("tanh"),
  rnnRelu: elman("relu"),
  lstm,
  gru,
} satisfies Record<string, RecurrentCell>;
