import type { Kernels } from "@octavo/spec";

const { fround: fl, exp, tanh } = Math;

const sigmoid = (x: number) => fl(1 / (1 + exp(-x)));

/** Of y = σ(x): y (1 − y) dy. */
const throughSigmoid = (y: number, dy: number) => fl(fl(dy * y) * fl(1 - y));
/** Of y = tanh(x): (1 − y²) dy. */
const throughTanh = (y: number, dy: number) => fl(dy * fl(1 - fl(y * y)));

/** Every operation rounded to float32; functions evaluated in float64. */
export const recurrentCellKernels = {
  // i, f, o = σ(…), g = tanh(…);  c' = f c + i g,  h' = o tanh(c') (Hochreiter & Schmidhuber 1997, with a forget gate)
  lstmCell(gates, previousCell, cell, tanhCell, hidden, rows, columns) {
    for (let at = 0; at < rows * columns; at++) {
      const [i, f, g, o] = places(at, columns, 4);
      gates[i] = sigmoid(gates[i]);
      gates[f] = sigmoid(gates[f]);
      gates[g] = tanh(gates[g]);
      gates[o] = sigmoid(gates[o]);
      cell[at] = fl(gates[f] * previousCell[at]) + fl(gates[i] * gates[g]);
      tanhCell[at] = tanh(cell[at]);
      hidden[at] = gates[o] * tanhCell[at];
    }
  },

  // do = tanh(c') dh',  dc' += o (1 − tanh² c') dh';  di = g dc',  df = c dc',  dg = i dc',  dc = f dc'
  lstmCellGradient(gates, previousCell, tanhCell, dOutput, dHidden, dCell, dGates, rows, columns) {
    for (let at = 0; at < rows * columns; at++) {
      const [i, f, g, o] = places(at, columns, 4);
      const own = fl(dOutput[at] + dHidden[at]);
      const through = fl(dCell[at] + throughTanh(tanhCell[at], fl(own * gates[o])));
      dGates[i] = throughSigmoid(gates[i], fl(through * gates[g]));
      dGates[f] = throughSigmoid(gates[f], fl(through * previousCell[at]));
      dGates[g] = throughTanh(gates[g], fl(through * gates[i]));
      dGates[o] = throughSigmoid(gates[o], fl(own * tanhCell[at]));
      dCell[at] = through * gates[f];
    }
  },

  // r, z = σ(…),  n = tanh(W_in x + b_in + r q),  q = W_hn h + b_hn;  h' = n + z (h − n) (Cho et al. 2014, as torch has it)
  gruCell(gates, fromHidden, previous, hidden, rows, columns) {
    for (let at = 0; at < rows * columns; at++) {
      const [r, z, n] = places(at, columns, 3);
      gates[r] = sigmoid(fl(gates[r] + fromHidden[r]));
      gates[z] = sigmoid(fl(gates[z] + fromHidden[z]));
      gates[n] = tanh(fl(gates[n] + fl(gates[r] * fromHidden[n])));
      hidden[at] = gates[n] + fl(gates[z] * fl(previous[at] - gates[n]));
    }
  },

  // dz = (h − n) dh',  dh = z dh',  dn = dh' − dh;  dr = q dn,  dq = r dn
  gruCellGradient(gates, fromHidden, previous, dOutput, dHidden, dGates, dFromHidden, rows, columns) {
    for (let at = 0; at < rows * columns; at++) {
      const [r, z, n] = places(at, columns, 3);
      const own = fl(dOutput[at] + dHidden[at]);
      const kept = fl(own * gates[z]);
      dGates[z] = throughSigmoid(gates[z], fl(own * fl(previous[at] - gates[n])));
      dGates[n] = throughTanh(gates[n], fl(own - kept));
      dGates[r] = throughSigmoid(gates[r], fl(dGates[n] * fromHidden[n]));
      dFromHidden[r] = dGates[r];
      dFromHidden[z] = dGates[z];
      dFromHidden[n] = dGates[n] * gates[r];
      dHidden[at] = kept;
    }
  },
} satisfies Partial<Kernels>;

/** Where the gates of element `at` of (rows, columns) lie in (rows, count · columns). */
function places(at: number, columns: number, count: number): number[] {
  const first = (count - 1) * (at - (at % columns)) + at;
  return Array.from({ length: count }, (_, gate) => first + gate * columns);
}
