import type { Elementwise } from "./elementwise.ts";

type F32 = Float32Array;

/** One step of a recurrent layer; all arrays are (batch, hidden). */
export interface ForwardStep {
  readonly math: Elementwise;
  /** A plane of this step: pre-activations come in, what backward reads stays. */
  plane(index: number): F32;
  readonly previous: F32;
  /** The cell state before; null where there is none. */
  readonly previousCell: F32 | null;
  /** To be written. */
  readonly hidden: F32;
  readonly scratch: F32;
}

export interface BackwardStep extends Omit<ForwardStep, "hidden"> {
  /** To be written: gradients of the pre-activations. */
  gradient(index: number): F32;
  readonly dHidden: F32;
  /** Gradient of the cell state; in: after this step, out: before it. */
  readonly dCell: F32 | null;
  /** Gradient of the hidden state before, but for what comes through the weights: zeros, to be changed. */
  readonly dPrevious: F32;
}

/** A kind of recurrent layer: how gates become the next state. The products with the weights are not its business. */
export interface RecurrentCell {
  /** Arrays kept per step; the first `gradients` of them have gradients. */
  readonly planes: number;
  readonly gradients: number;
  /**
   * The plane that W_ih x + b_ih goes to, gate by gate in the order of the weights' rows. W_hh h + b_hh is added to the first planes, in
   * that order.
   */
  readonly inputPlanes: readonly number[];
  /** The plane that holds the cell state; null where there is none. */
  readonly cellPlane: number | null;
  forward(step: ForwardStep): void;
  backward(step: BackwardStep): void;
}

/** h' = f(W_ih x + b_ih + W_hh h + b_hh) */
const elman = (f: "tanh" | "relu"): RecurrentCell => ({
  planes: 1,
  gradients: 1,
  inputPlanes: [0],
  cellPlane: null,
  forward({ math, plane, hidden }) {
    math.apply(f, plane(0), plane(0));
    hidden.set(plane(0));
  },
  // dp = f'(p) dh'
  backward({ math, plane, gradient, dHidden }) {
    gradient(0).set(dHidden);
    math.chain(f, plane(0), gradient(0));
  },
});

/**
 * i, f, o = σ(…), g = tanh(…);  c' = f c + i g,  h' = o tanh(c') (Hochreiter & Schmidhuber 1997, with a forget gate). Planes: i, f, g,
 * o, c', tanh c'.
 */
const lstm: RecurrentCell = {
  planes: 6,
  gradients: 4,
  inputPlanes: [0, 1, 2, 3],
  cellPlane: 4,
  forward({ math, plane, previousCell, hidden, scratch }) {
    const [i, f, g, o, c, tanhC] = [0, 1, 2, 3, 4, 5].map(plane);
    for (const gate of [i, f, o]) math.apply("sigmoid", gate, gate);
    math.apply("tanh", g, g);
    math.binary("mul", f, previousCell!, c);
    math.binary("mul", i, g, scratch);
    math.accumulate(scratch, c);
    math.apply("tanh", c, tanhC);
    math.binary("mul", o, tanhC, hidden);
  },
  // do = tanh(c') dh',  dc' += o (1 − tanh² c') dh';  di = g dc',  df = c dc',  dg = i dc',  dc = f dc'
  backward({ math, plane, gradient, previousCell, dHidden, dCell, scratch }) {
    const [i, f, g, o, , tanhC] = [0, 1, 2, 3, 4, 5].map(plane);
    const [di, df, dg, dOut] = [0, 1, 2, 3].map(gradient);
    math.binary("mul", dHidden, tanhC, dOut);
    math.chain("sigmoid", o, dOut);
    math.binary("mul", dHidden, o, scratch);
    math.chain("tanh", tanhC, scratch);
    math.accumulate(scratch, dCell!);
    math.binary("mul", dCell!, g, di);
    math.chain("sigmoid", i, di);
    math.binary("mul", dCell!, previousCell!, df);
    math.chain("sigmoid", f, df);
    math.binary("mul", dCell!, i, dg);
    math.chain("tanh", g, dg);
    math.binary("mul", dCell!, f, scratch);
    dCell!.set(scratch);
  },
};

/**
 * r, z = σ(…),  n = tanh(W_in x + b_in + r q),  q = W_hn h + b_hn;  h' = n + z (h − n) (Cho et al. 2014, as torch has it).
 * Planes: r, z, q, n.
 */
const gru: RecurrentCell = {
  planes: 4,
  gradients: 4,
  inputPlanes: [0, 1, 3],
  cellPlane: null,
  forward({ math, plane, previous, hidden, scratch }) {
    const [r, z, q, n] = [0, 1, 2, 3].map(plane);
    math.apply("sigmoid", r, r);
    math.apply("sigmoid", z, z);
    math.binary("mul", r, q, scratch);
    math.accumulate(scratch, n);
    math.apply("tanh", n, n);
    math.binary("sub", previous, n, scratch);
    math.binary("mul", z, scratch, hidden);
    math.accumulate(n, hidden);
  },
  // dz = (h − n) dh',  dh = z dh',  dn = dh' − dh;  dr = q dn,  dq = r dn
  backward({ math, plane, gradient, previous, dHidden, dPrevious, scratch }) {
    const [r, z, q, n] = [0, 1, 2, 3].map(plane);
    const [dr, dz, dq, dn] = [0, 1, 2, 3].map(gradient);
    math.binary("sub", previous, n, scratch);
    math.binary("mul", dHidden, scratch, dz);
    math.chain("sigmoid", z, dz);
    math.binary("mul", dHidden, z, dPrevious);
    math.binary("sub", dHidden, dPrevious, dn);
    math.chain("tanh", n, dn);
    math.binary("mul", dn, q, dr);
    math.chain("sigmoid", r, dr);
    math.binary("mul", dn, r, dq);
  },
};

/** Every kind by name. */
export const recurrentCells = {
  rnnTanh: elman("tanh"),
  rnnRelu: elman("relu"),
  lstm,
  gru,
} satisfies Record<string, RecurrentCell>;
