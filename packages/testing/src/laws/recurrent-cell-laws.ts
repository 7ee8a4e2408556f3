import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { functionBounds } from "./rounding-bounds.ts";
import { tileSize } from "./sizes.ts";

/** Rows for one piece and for several. */
const geometry = fc.record({ rows: fc.constantFrom(1, 2, 5, 40), columns: tileSize });

/** The error of a function meets factors of at most 3, and what it is added to has one of its own. */
const cellBounds = (expected: Float32Array) => functionBounds(expected).map((bound) => 12 * bound);

const lstmCell = agreementLaw(
  "lstmCell steps, and keeps what its gradient reads",
  ["lstmCell"],
  geometry,
  ({ rows, columns }, random) => {
    const size = rows * columns;
    return scene({
      arrays: {
        gates: random.floats(4 * size, -6, 6, [0, 40, -40]),
        previousCell: random.floats(size),
        cell: new Float32Array(size),
        tanhCell: new Float32Array(size),
        hidden: new Float32Array(size),
      },
      writes: ["gates", "cell", "tanhCell", "hidden"],
      agreement: ({ gates, cell, tanhCell, hidden }) => ({
        gates: functionBounds(gates),
        cell: cellBounds(cell),
        tanhCell: cellBounds(tanhCell),
        hidden: cellBounds(hidden),
      }),
      run: (k, { gates, previousCell, cell, tanhCell, hidden }) =>
        k.lstmCell(gates, previousCell, cell, tanhCell, hidden, rows, columns),
    });
  },
);

const lstmCellGradient = agreementLaw(
  "lstmCellGradient is a sequence of single operations",
  ["lstmCellGradient"],
  geometry,
  ({ rows, columns }, random) => {
    const size = rows * columns;
    return scene({
      arrays: {
        gates: random.floats(4 * size, -1, 1),
        previousCell: random.floats(size),
        tanhCell: random.floats(size, -1, 1),
        dOutput: random.floats(size),
        dHidden: random.floats(size),
        dCell: random.floats(size),
        dGates: new Float32Array(4 * size),
      },
      writes: ["dCell", "dGates"],
      agreement: "bits",
      run: (k, { gates, previousCell, tanhCell, dOutput, dHidden, dCell, dGates }) =>
        k.lstmCellGradient(gates, previousCell, tanhCell, dOutput, dHidden, dCell, dGates, rows, columns),
    });
  },
);

const gruCell = agreementLaw(
  "gruCell steps, and keeps what its gradient reads",
  ["gruCell"],
  geometry,
  ({ rows, columns }, random) => {
    const size = rows * columns;
    return scene({
      arrays: {
        gates: random.floats(3 * size, -6, 6, [0, 40, -40]),
        fromHidden: random.floats(3 * size),
        previous: random.floats(size),
        hidden: new Float32Array(size),
      },
      writes: ["gates", "hidden"],
      agreement: ({ gates, hidden }) => ({ gates: cellBounds(gates), hidden: cellBounds(hidden) }),
      run: (k, { gates, fromHidden, previous, hidden }) =>
        k.gruCell(gates, fromHidden, previous, hidden, rows, columns),
    });
  },
);

const gruCellGradient = agreementLaw(
  "gruCellGradient is a sequence of single operations",
  ["gruCellGradient"],
  geometry,
  ({ rows, columns }, random) => {
    const size = rows * columns;
    return scene({
      arrays: {
        gates: random.floats(3 * size, -1, 1),
        fromHidden: random.floats(3 * size),
        previous: random.floats(size),
        dOutput: random.floats(size),
        dHidden: random.floats(size),
        dGates: new Float32Array(3 * size),
        dFromHidden: new Float32Array(3 * size),
      },
      writes: ["dHidden", "dGates", "dFromHidden"],
      agreement: "bits",
      run: (k, { gates, fromHidden, previous, dOutput, dHidden, dGates, dFromHidden }) =>
        k.gruCellGradient(gates, fromHidden, previous, dOutput, dHidden, dGates, dFromHidden, rows, columns),
    });
  },
);

export const recurrentCellLaws: readonly AgreementLaw[] = [
  lstmCell,
  lstmCellGradient,
  gruCell,
  gruCellGradient,
];
