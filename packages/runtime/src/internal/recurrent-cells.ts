import { BinaryOp, broadcast, UnaryOp } from "@octavo/spec";
import type { BinaryOpName, Broadcast, Kernels } from "@octavo/spec";

type F32 = Float32Array;

/** Sizes of one call of a recurrent layer. */
export interface RecurrentSizes {
  readonly batch: number;
  readonly time: number;
  readonly hidden: number;
  readonly gates: number;
}

/** What one time step reads and writes. */
export interface RecurrentArrays {
  /** W_ih x + b_ih of this time: rows of gates, lying as far apart as the times of all gates are long. */
  readonly fromInput: F32;
  /** W_hh h + b_hh, (batch, gates · hidden). */
  readonly fromHidden: F32;
  /** Room for (gates, batch, hidden). */
  readonly planes: F32;
  /** The states, (batch, hidden): the old ones come in, the new ones stay. */
  readonly h: F32;
  readonly c: F32;
  /** Room for (batch, hidden). */
  readonly room: F32;
}

/** Calls of kernels on arrays of (batch, hidden), and on gates where the products left them. */
export class RecurrentMath {
  readonly #kernels: Kernels;
  readonly #size: number;
  readonly #hidden: number;
  readonly #dense: Broadcast;
  readonly #fromHidden: Broadcast;
  readonly #fromInput: Broadcast;
  readonly #sizes: RecurrentSizes;

  constructor(kernels: Kernels, sizes: RecurrentSizes) {
    const { batch, time, hidden, gates } = sizes;
    const row = gates * hidden;
    const shape = [batch, hidden];
    this.#kernels = kernels;
    this.#sizes = sizes;
    this.#size = batch * hidden;
    this.#hidden = hidden;
    this.#dense = broadcast({ sizes: [this.#size], aStrides: [1], bStrides: [1] });
    this.#fromHidden = broadcast({ sizes: shape, aStrides: [hidden, 1], bStrides: [row, 1] });
    this.#fromInput = broadcast({ sizes: shape, aStrides: [time * row, 1], bStrides: [hidden, 1] });
  }

  /** Planes `first` to `last` of `planes`, both included. */
  plane({ planes }: RecurrentArrays, first: number, last = first): F32 {
    return planes.subarray(first * this.#size, (last + 1) * this.#size);
  }

  /** The sum of both products, for the first `count` gates, into the planes. */
  addGates({ fromInput, fromHidden, planes }: RecurrentArrays, count: number): void {
    const { batch, time, hidden, gates } = this.#sizes;
    const shape = broadcast({
      sizes: [count, batch, hidden],
      aStrides: [hidden, time * gates * hidden, 1],
      bStrides: [hidden, gates * hidden, 1],
    });
    const y = planes.subarray(0, count * this.#size);
    this.#kernels.binary(BinaryOp.add, fromInput, fromHidden, y, shape);
  }

  /** y = a · the product with the hidden state of one gate */
  multiplyFromHidden(a: F32, { fromHidden }: RecurrentArrays, gate: number, y: F32): void {
    const b = fromHidden.subarray(gate * this.#hidden);
    this.#kernels.binary(BinaryOp.mul, a, b, y, this.#fromHidden);
  }

  /** y = the product with the input of one gate + b */
  addFromInput({ fromInput }: RecurrentArrays, gate: number, b: F32, y: F32): void {
    const a = fromInput.subarray(gate * this.#hidden);
    this.#kernels.binary(BinaryOp.add, a, b, y, this.#fromInput);
  }

  binary(operator: BinaryOpName, a: F32, b: F32, y: F32): void {
    this.#kernels.binary(BinaryOp[operator], a, b, y, this.#dense);
  }

  /** y += x */
  accumulate(x: F32, y: F32): void {
    this.#kernels.accumulate(x, y, 1);
  }

  /** y = f(x); y may be x. */
  apply(f: "sigmoid" | "tanh" | "relu", x: F32, y: F32): void {
    this.#kernels.unary(UnaryOp[f], x, y, 0, 0);
  }
}

/** A kind of recurrent layer: how gates become the next state, with the formulas of `recurrent` in @octavo/tensor. */
export interface RecurrentCell {
  readonly gates: number;
  readonly hasCell: boolean;
  step(math: RecurrentMath, arrays: RecurrentArrays): void;
}

const elman = (f: "tanh" | "relu"): RecurrentCell => ({
  gates: 1,
  hasCell: false,
  step(math, arrays) {
    math.addGates(arrays, 1);
    math.apply(f, math.plane(arrays, 0), arrays.h);
  },
});

/** c' = f c + i g,  h' = o tanh(c'); gates i, f, g, o. */
const lstm: RecurrentCell = {
  gates: 4,
  hasCell: true,
  step(math, arrays) {
    const { h, c, room } = arrays;
    math.addGates(arrays, 4);
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) => math.plane(arrays, gate));
    math.apply("sigmoid", math.plane(arrays, 0, 1), math.plane(arrays, 0, 1));
    math.apply("tanh", g, g);
    math.apply("sigmoid", o, o);
    math.binary("mul", f, c, room);
    math.binary("mul", i, g, c);
    math.accumulate(room, c);
    math.apply("tanh", c, room);
    math.binary("mul", o, room, h);
  },
};

/** n = tanh(W_in x + b_in + r q),  h' = n + z (h − n); gates r, z and that of n. */
const gru: RecurrentCell = {
  gates: 3,
  hasCell: false,
  step(math, arrays) {
    const { h, room } = arrays;
    math.addGates(arrays, 2);
    const [r, z, n] = [0, 1, 2].map((gate) => math.plane(arrays, gate));
    math.apply("sigmoid", math.plane(arrays, 0, 1), math.plane(arrays, 0, 1));
    math.multiplyFromHidden(r, arrays, 2, room);
    math.addFromInput(arrays, 2, room, n);
    math.apply("tanh", n, n);
    math.binary("sub", h, n, room);
    math.binary("mul", z, room, h);
    math.accumulate(n, h);
  },
};

/** By the names that `recurrent` of @octavo/tensor has for them. */
export const recurrentCells = { rnnTanh: elman("tanh"), rnnRelu: elman("relu"), lstm, gru } as const;

export const recurrentKinds = Object.keys(recurrentCells) as readonly (keyof typeof recurrentCells)[];
