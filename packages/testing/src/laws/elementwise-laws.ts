import { BinaryOp, UnaryOp, broadcast, numberOfElements } from "@octavo/spec";
import type { BinaryOpName, UnaryOpName } from "@octavo/spec";
import { reference } from "@octavo/backend/reference";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { functionBounds } from "./rounding-bounds.ts";
import { arrayLength } from "./sizes.ts";

interface Domain {
  readonly low?: number;
  readonly high?: number;
  readonly specials?: readonly number[];
  readonly alpha?: number;
  readonly beta?: number;
}

const ends = [0, -0, 1e30, -1e30, 1e-30, Infinity, -Infinity];
/** Where e^x leaves float64, and far beyond. */
const far = [708, -708, 709.42, -709.42, 709.7, -709.7, 710, -710, 3e38, -3e38];

/** Operators that are a sequence of single float32 operations: the same values everywhere. */
const exactUnary: Partial<Record<UnaryOpName, Domain>> = {
  relu: { specials: [...ends, NaN] },
  clamp: { specials: [...ends, NaN, -0.5, 1.25], alpha: -0.5, beta: 1.25 },
  leakyRelu: { specials: ends, alpha: 0.01 },
  hardswish: { low: -5, high: 5, specials: [0, -3, 3, -4, 4] },
  hardsigmoid: { low: -5, high: 5, specials: [0, -3, 3, -4, 4] },
  softsign: { specials: [0, 1e30, -1e30] },
  abs: { specials: ends },
  neg: { specials: ends },
  square: { specials: ends },
  round: { low: -9, high: 9, specials: [...ends, 0.5, -0.5, 1.5, 2.5, -2.5, 8388607.5, 16777217] },
  sign: { specials: ends },
  floor: { low: -9, high: 9, specials: [...ends, -0.5, 2, -2] },
  sqrt: { low: 0, high: 9, specials: [0, 1e30, 1e-30, Infinity] },
  rsqrt: { low: 1e-3, high: 9, specials: [1e30, 1e-30] },
  reciprocal: { specials: [1e30, -1e30, 1e-30] },
  affine: { specials: [0, 1e30], alpha: 1.7, beta: -0.3 },
};

/** Operators that contain a transcendental function: within a bound. */
const approximateUnary: Partial<Record<UnaryOpName, Domain>> = {
  elu: { low: -20, high: 5, specials: far, alpha: 0.7 },
  selu: { low: -20, high: 5, specials: far },
  celu: { low: -20, high: 5, specials: far, alpha: 1.3 },
  gelu: { low: -6, high: 6, specials: [0, -12, 12, ...far] },
  geluTanh: { low: -6, high: 6, specials: [0, -12, 12, ...far] },
  silu: { low: -20, high: 20, specials: [0, -80, ...far] },
  mish: { low: -20, high: 20, specials: [0, ...far] },
  sigmoid: { low: -20, high: 20, specials: [0, 80, -80, -200, 200, ...ends, ...far] },
  tanh: { low: -10, high: 10, specials: [0, 1e-4, 50, -50, ...ends, ...far] },
  logSigmoid: { low: -50, high: 50, specials: far },
  // Of a threshold beyond what e^x can reach in float64.
  softplus: { low: -15, high: 15, specials: [355, 499, 501, ...far], alpha: 2, beta: 1000 },
  exp: { low: -20, high: 5, specials: [0, -104, 89, ...ends, ...far] },
  log: { low: 1e-3, high: 9, specials: [1, 1e30, 1e-30] },
};

/** Gradients that are a choice or one multiplication. */
const exactGradients: ReadonlySet<UnaryOpName> = new Set([
  "relu",
  "clamp",
  "leakyRelu",
  "abs",
  "neg",
  "affine",
  "round",
  "sign",
  "floor",
]);

/** What a gradient may look at; the other array is filled with NaN. */
const readsOnlyY: ReadonlySet<UnaryOpName> = new Set([
  "sigmoid",
  "tanh",
  "exp",
  "sqrt",
  "rsqrt",
  "reciprocal",
]);
const readsBoth: ReadonlySet<UnaryOpName> = new Set(["relu"]);

const geometry = fc.record({ length: arrayLength, inPlace: fc.boolean() });

function unaryLaws(name: UnaryOpName, domain: Domain, exact: boolean): AgreementLaw[] {
  const { low = -9, high = 9, specials = [], alpha = 0, beta = 0 } = domain;
  const forward = agreementLaw(`unary ${name}`, ["unary"], geometry, ({ length, inPlace }, random) => {
    const x = random.floats(length, low, high, specials);
    const agreement = exact
      ? "values"
      : (expected: { y: Float32Array }) => ({ y: functionBounds(expected.y) });
    if (inPlace) {
      const bounded = exact
        ? "values"
        : (expected: { x: Float32Array }) => ({ x: functionBounds(expected.x) });
      return scene({
        arrays: { x },
        writes: ["x"],
        agreement: bounded,
        run: (k, { x }) => k.unary(UnaryOp[name], x, x, alpha, beta),
      });
    }
    const arrays = { x, y: new Float32Array(length) };
    return scene({
      arrays,
      writes: ["y"],
      agreement,
      run: (k, { x, y }) => k.unary(UnaryOp[name], x, y, alpha, beta),
    });
  });

  const gradient = agreementLaw(
    `unaryGradient ${name}`,
    ["unaryGradient"],
    geometry,
    ({ length, inPlace }, random) => {
      const x = random.floats(
        length,
        Math.max(low, -9),
        Math.min(high, 9),
        specials.filter((one) => Math.abs(one) < 100),
      );
      const y = new Float32Array(length);
      reference.kernels.unary(UnaryOp[name], x, y, alpha, beta);
      if (readsOnlyY.has(name)) x.fill(NaN);
      else if (!readsBoth.has(name)) y.fill(NaN);
      const dy = random.floats(length);
      const agreement = exactGradients.has(name)
        ? "values"
        : (expected: { dx: Float32Array }) => ({ dx: functionBounds(expected.dx) });
      if (inPlace) {
        return scene({
          arrays: { x, y, dx: dy },
          writes: ["dx"],
          agreement,
          run: (k, { x, y, dx }) => k.unaryGradient(UnaryOp[name], x, y, dx, dx, alpha, beta),
        });
      }
      return scene({
        arrays: { x, y, dy, dx: new Float32Array(length) },
        writes: ["dx"],
        agreement,
        run: (k, { x, y, dy, dx }) => k.unaryGradient(UnaryOp[name], x, y, dy, dx, alpha, beta),
      });
    },
  );
  return [forward, gradient];
}

const binaryDomains: { readonly [Name in BinaryOpName]: Domain } = {
  add: { specials: ends.slice(0, 5) },
  sub: { specials: ends.slice(0, 5) },
  mul: { specials: ends.slice(0, 5) },
  div: { low: 0.1, high: 4 },
  maximum: { specials: [...ends, NaN] },
  minimum: { specials: [...ends, NaN] },
  pow: { low: 0.1, high: 3 },
};

/** Sizes of the output, and along each axis whether `a` and `b` have it or repeat. */
const broadcastGeometry = fc.array(
  fc.record({ size: fc.constantFrom(1, 2, 3, 5, 8, 17), a: fc.boolean(), b: fc.boolean() }),
  { maxLength: 4 },
);

function binaryLaw(name: BinaryOpName, { low = -2, high = 2, specials = [] }: Domain): AgreementLaw {
  return agreementLaw(`binary ${name}`, ["binary"], broadcastGeometry, (axes, random) => {
    const strides = (side: "a" | "b") => {
      let stride = 1;
      const result = axes.toReversed().map((axis) => {
        const own = axis[side] ? stride : 0;
        if (axis[side]) stride *= axis.size;
        return own;
      });
      return { strides: result.reverse(), length: stride };
    };
    const [a, b] = [strides("a"), strides("b")];
    const sizes = axes.map(({ size }) => size);
    const shape = broadcast({ sizes, aStrides: a.strides, bStrides: b.strides });
    const length = numberOfElements(sizes);
    const arrays = {
      a: random.floats(a.length, low, high, specials),
      b: random.floats(b.length, low, high, specials),
      y: new Float32Array(length),
    };
    const agreement =
      name === "pow" ? (expected: { y: Float32Array }) => ({ y: functionBounds(expected.y) }) : "values";
    return scene({
      arrays,
      writes: ["y"],
      agreement,
      run: (k, { a, b, y }) => k.binary(BinaryOp[name], a, b, y, shape),
    });
  });
}

const accumulate = agreementLaw("accumulate", ["accumulate"], arrayLength, (length, random) =>
  scene({
    arrays: { x: random.floats(length), y: random.floats(length) },
    writes: ["y"],
    agreement: "values",
    run: (k, { x, y }) => k.accumulate(x, y, 0.7),
  }),
);

const entries = <Name extends string>(table: Partial<Record<Name, Domain>>) =>
  Object.entries(table) as [Name, Domain][];

export const elementwiseLaws: readonly AgreementLaw[] = [
  ...entries(exactUnary).flatMap(([name, domain]) => unaryLaws(name, domain, true)),
  ...entries(approximateUnary).flatMap(([name, domain]) => unaryLaws(name, domain, false)),
  ...entries(binaryDomains).map(([name, domain]) => binaryLaw(name, domain)),
  accumulate,
];
