import { kernels } from "@octavo/backend";
import type { Kernels } from "@octavo/spec";
import { isGradEnabled, TapeNode } from "./autograd.ts";
import { operation } from "./internal/operation.ts";
import { refuseQuantized } from "./internal/refuse-quantized.ts";
import { requireTensor } from "./internal/require-tensor.ts";
import { Tensor } from "./tensor.ts";
import type { TensorInfo } from "./tensor.ts";
import { activeTracer } from "./tracer.ts";

export type OpInputs = readonly (Tensor | null)[];

/** What the rules of `backward` see. */
export interface Saved<I extends OpInputs, A> {
  readonly inputs: I;
  readonly output: Tensor;
  readonly attributes: A;
  /** What `forward` put aside (indices of max pooling, batch statistics). */
  readonly extra: readonly Tensor[];
  /** Which inputs want a gradient: rules may skip the others. */
  readonly needs: readonly boolean[];
}

/**
 * An operation on float tensors: name, shape rule, forward and backward in one value. Everything that happens to
 * tensors happens through ops, so autograd and tracing need no list of them.
 */
export interface Op<I extends OpInputs = any, A extends object = any> {
  readonly name: string;
  /** Inputs are brought to the expected memory format before `forward`; default: as they come. */
  layout?(inputs: I, attributes: A): readonly (Tensor | null)[];
  /** Shape, dtype and format of the output; throws `ShapeError` for inputs that do not fit. */
  shape(inputs: I, attributes: A): TensorInfo;
  /** Whether the output is the first input's memory under another shape: `forward` is skipped then. */
  view?(inputs: I, output: TensorInfo, attributes: A): boolean;
  /** Writes the output. Returned tensors are kept for `backward` as `extra`. */
  forward(kernels: Kernels, inputs: I, output: Tensor, attributes: A): readonly Tensor[] | void;
  /** Gradients of the inputs, in order (null for none). May return `gradient` itself. Absent: not differentiable. */
  backward?(kernels: Kernels, gradient: Tensor, saved: Saved<I, A>): readonly (Tensor | null)[];
  /** Whose elements `backward` reads; their memory stays until then. Default: inputs. */
  readonly saves?: { readonly inputs?: boolean | readonly boolean[]; readonly output?: boolean };
  /** Quantized tensors are refused unless the op says that it takes them. */
  readonly acceptsQuantized?: boolean;
}

export type OpFunction<I extends OpInputs, A extends object> = Op<I, A> &
  ((
    ...args: Record<never, never> extends A ? [...inputs: I, attributes?: A] : [...inputs: I, attributes: A]
  ) => Tensor);

/** Makes an op that can be called: `relu(x)`, `conv(x, weight, bias, attributes)`. Attributes come last. */
export function defineOp<I extends OpInputs, A extends object = Record<never, never>>(
  definition: Op<I, A>,
): OpFunction<I, A> {
  const call = (...args: unknown[]): Tensor => {
    const last = args[args.length - 1];
    const hasAttributes = args.length > 0 && isAttributes(last);
    const inputs = (hasAttributes ? args.slice(0, -1) : args) as unknown as I;
    return applyOp(op, inputs, (hasAttributes ? last : {}) as A);
  };
  // A function's own name is read-only to assignment, so the definition's is defined over it.
  const properties = Object.entries(definition).map(
    ([key, value]) => [key, { value, enumerable: true }] as const,
  );
  const op = Object.defineProperties(call, Object.fromEntries(properties)) as unknown as OpFunction<I, A>;
  return op;
}

/** Lists are none: they are numbers of which somebody forgot to make a tensor. */
function isAttributes(x: unknown): boolean {
  const isObject = x !== null && typeof x === "object";
  return isObject && !(x instanceof Tensor) && !Array.isArray(x) && !ArrayBuffer.isView(x);
}

/** What an op does when an input is quantized; `convert` fills this in. */
export type QuantizedForm = (op: Op, inputs: OpInputs, attributes: object) => Tensor;

const quantizedForms = new Map<string, QuantizedForm>();

/** Gives the float op of a name a meaning for quantized inputs: pooling, relu and others that keep their input's qparams. */
export function setQuantizedForm(opName: string, form: QuantizedForm): void {
  quantizedForms.set(opName, form);
}

/** The one door: checks, runs, and records an operation. */
export function applyOp<I extends OpInputs, A extends object>(op: Op<I, A>, given: I, attributes: A): Tensor {
  requireTensors(op, given);
  if (!op.acceptsQuantized && given.some((x) => x?.isQuantized)) {
    const form = quantizedForms.get(op.name);
    return form ? form(op, given, attributes) : refuseQuantized(op.name, given);
  }
  const inputs = (op.layout ? op.layout(given, attributes) : given) as I;
  const info = op.shape(inputs, attributes);
  const isView = op.view?.(inputs, info, attributes) ?? false;
  const output = new Tensor(info, isView ? inputs[0]!.storage.share() : undefined);
  const returned = isView ? null : operation(() => op.forward(kernels(), inputs, output, attributes));
  // A forward that is one kernel call returns what that returns, which is nothing of interest.
  const extra = Array.isArray(returned) ? (returned as readonly Tensor[]) : [];
  if (op.backward && isGradEnabled() && inputs.some((x) => x?.requiresGrad)) {
    output.node = new TapeNode(op, inputs, output, attributes, extra);
  }
  activeTracer()?.op(op, given, attributes, output);
  return output;
}

/** Inputs after the first may be null. This is the hot path: no closures. */
function requireTensors(op: Op, inputs: OpInputs): void {
  requireTensor(inputs[0], op.name);
  for (let i = 1; i < inputs.length; i++) if (inputs[i] !== null) requireTensor(inputs[i], op.name);
}
