import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { functionBounds } from "./rounding-bounds.ts";
import { arrayLength } from "./sizes.ts";

const matrix = fc.record({
  rows: fc.constantFrom(1, 2, 5),
  columns: fc.constantFrom(1, 3, 7, 8, 10, 16, 17, 65, 300),
});

function softmaxLaws(name: "softmax" | "logSoftmax"): AgreementLaw[] {
  const gradient = `${name}Gradient` as const;
  const forward = agreementLaw(name, [name], matrix, ({ rows, columns }, random) =>
    scene({
      // Large values: the largest must be subtracted first.
      arrays: { x: random.floats(rows * columns, -9, 9, [200, -200]), y: new Float32Array(rows * columns) },
      writes: ["y"],
      agreement: (expected) => ({ y: functionBounds(expected.y) }),
      run: (k, { x, y }) => k[name](x, y, rows, columns),
    }),
  );
  const backward = agreementLaw(gradient, [gradient], matrix, ({ rows, columns }, random) => {
    const y = random
      .floats(rows * columns, 0.1, 1)
      .map((value) => (name === "softmax" ? value / columns : Math.log(value / columns)));
    return scene({
      arrays: { y, dy: random.floats(rows * columns), dx: new Float32Array(rows * columns) },
      writes: ["dx"],
      agreement: (expected) => ({
        dx: functionBounds(expected.dx).map((bound) => bound * Math.max(4, columns / 16)),
      }),
      run: (k, { y, dy, dx }) => k[gradient](y, dy, dx, rows, columns),
    });
  });
  return [forward, backward];
}

const sgdStep = agreementLaw(
  "sgdStep with and without momentum",
  ["sgdStep"],
  fc.record({
    length: arrayLength,
    momentum: fc.constantFrom(0, 0.9),
    dampening: fc.constantFrom(0, 0.1),
    weightDecay: fc.constantFrom(0, 1e-2),
    nesterov: fc.constantFrom(0, 1),
    first: fc.constantFrom(0, 1),
  }),
  ({ length, momentum, dampening, weightDecay, nesterov, first }, random) =>
    scene({
      arrays: {
        parameter: random.floats(length),
        gradient: random.floats(length),
        buffer: random.floats(length),
      },
      writes: momentum > 0 ? ["parameter", "buffer"] : ["parameter"],
      agreement: "values",
      run: (k, { parameter, gradient, buffer }) =>
        k.sgdStep(
          parameter,
          gradient,
          momentum > 0 ? buffer : null,
          0.05,
          momentum,
          dampening,
          weightDecay,
          nesterov,
          first,
        ),
    }),
);

const adamStep = agreementLaw(
  "adamStep of Adam, AdamW and amsgrad",
  ["adamStep"],
  fc.record({
    length: arrayLength,
    weightDecay: fc.constantFrom(0, 1e-2),
    decoupled: fc.constantFrom(0, 1),
    amsgrad: fc.boolean(),
    step: fc.constantFrom(1, 2, 100),
  }),
  ({ length, weightDecay, decoupled, amsgrad, step }, random) =>
    scene({
      arrays: {
        parameter: random.floats(length),
        gradient: random.floats(length),
        average: random.floats(length),
        averageSquare: random.floats(length, 0, 2),
        maxSquare: random.floats(length, 0, 2),
      },
      writes: amsgrad
        ? ["parameter", "average", "averageSquare", "maxSquare"]
        : ["parameter", "average", "averageSquare"],
      agreement: "values",
      run: (k, { parameter, gradient, average, averageSquare, maxSquare }) => {
        const largest = amsgrad ? maxSquare : null;
        k.adamStep(
          parameter,
          gradient,
          average,
          averageSquare,
          largest,
          1e-3,
          0.9,
          0.999,
          1e-8,
          weightDecay,
          decoupled,
          step,
        );
      },
    }),
);

export const trainingLaws: readonly AgreementLaw[] = [
  ...softmaxLaws("softmax"),
  ...softmaxLaws("logSoftmax"),
  sgdStep,
  adamStep,
];
