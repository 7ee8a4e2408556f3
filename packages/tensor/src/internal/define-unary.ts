import { UnaryOp } from "@octavo/spec";
import type { UnaryOpName } from "@octavo/spec";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { optionsOf } from "./options-of.ts";
import { passedGradient } from "./passed-gradient.ts";
import { requireFloat } from "./require.ts";

interface UnaryDefinition<A extends object> {
  readonly name: string;
  /** Kernel that computes it; default: of the same name. */
  readonly operator?: UnaryOpName;
  /** What the gradient reads, and the tape therefore keeps. */
  readonly reads: "input" | "output" | "nothing";
  /** The kernel's alpha and beta. */
  readonly parameters?: (attributes: A) => readonly [alpha: number, beta: number];
}

/** Operators that clamp, which what waits before them does in the same pass: their ends, NaN for none. */
const clamps: { readonly [K in UnaryOpName]?: (alpha: number, beta: number) => [low: number, high: number] } =
  {
    relu: () => [0, NaN],
    clamp: (low, high) => [low, high],
  };

const noParameters = () => [0, 0] as const;

/** An element-wise operation on one tensor, from the table of kernels `UnaryOp`. */
export function unaryOp<A extends object>(definition: UnaryDefinition<A>): Op<[Tensor], A> {
  const { name, reads, parameters = noParameters } = definition;
  const operator = definition.operator ?? (name as UnaryOpName);
  const code = UnaryOp[operator];
  const bounds = clamps[operator];
  return {
    name,
    shape: ([x]) => {
      requireFloat(x, name);
      return { shape: x.shape, memoryFormat: x.memoryFormat };
    },
    forward(kernels, [x], y, attributes) {
      const values = parameters(attributes);
      const joined = bounds && x.storage.waiting?.clamped?.(...bounds(...values));
      if (joined) y.storage.defer(joined);
      else kernels.unary(code, x.data, y.data, ...values);
    },
    backward(kernels, gradient, { inputs: [x], output: y, attributes }) {
      // What the gradient does not read may have been released.
      const readable = { input: x, output: y, nothing: gradient }[reads];
      return [
        passedGradient(gradient, x, y, readable, (dy, dx) => {
          kernels.unaryGradient(code, readable.data, readable.data, dy, dx, ...parameters(attributes));
        }),
      ];
    },
    saves: { inputs: reads === "input", output: reads === "output" },
  };
}

/** A unary operation without parameters, as a function. */
export function defineUnary(definition: UnaryDefinition<object>): (x: Tensor) => Tensor {
  const op = unaryOp(definition);
  return (x) => applyOp(op, [x], {});
}

/** A unary operation with parameters: `leakyRelu(x, { negativeSlope: 0.2 })`. */
export function defineParametricUnary<A extends object>(
  defaults: A,
  definition: UnaryDefinition<A>,
): (x: Tensor, options?: Partial<A>) => Tensor {
  const op = unaryOp(definition);
  const settings = optionsOf<A>(definition.name, defaults);
  return (x, options) => applyOp(op, [x], settings(options));
}
