import { UnaryOp } from "@octavo/spec";
import type { UnaryOpName } from "@octavo/spec";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { gradientPlace } from "./gradient-place.ts";
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

const noParameters = () => [0, 0] as const;

/** An element-wise operation on one tensor, from the table of kernels `UnaryOp`. */
export function unaryOp<A extends object>(definition: UnaryDefinition<A>): Op<[Tensor], A> {
  const { name, reads, parameters = noParameters } = definition;
  const code = UnaryOp[definition.operator ?? (name as UnaryOpName)];
  return {
    name,
    shape: ([x]) => {
      requireFloat(x, name);
      return { shape: x.shape, memoryFormat: x.memoryFormat };
    },
    forward: (kernels, [x], y, attributes) => kernels.unary(code, x.data, y.data, ...parameters(attributes)),
    backward(kernels, gradient, { inputs: [x], output: y, attributes }) {
      const dx = gradientPlace(gradient, x);
      // What the gradient does not read may have been released.
      const readable = { input: x, output: y, nothing: gradient }[reads].data;
      kernels.unaryGradient(code, readable, readable, gradient.data, dx.data, ...parameters(attributes));
      return [dx];
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
  return (x, options) => applyOp(op, [x], { ...defaults, ...options });
}
