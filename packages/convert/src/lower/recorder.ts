import type { Module } from "@octavo/nn";
import { QuantizationError } from "@octavo/spec";
import type { MemoryFormat } from "@octavo/spec";
import { callContext, noGrad, Tensor, withTracer } from "@octavo/tensor";
import type { Op, Storage, Tracer } from "@octavo/tensor";

/** One op as it ran. */
export interface OpRecord {
  readonly op: Op;
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes: object;
  readonly output: Tensor;
  /** The innermost module that ran it; "" for the model itself. */
  readonly path: string;
  /** That module's path and type, for errors. */
  readonly where: string;
  /** In which the op read its first input. */
  readonly format: MemoryFormat;
}

export interface Run {
  readonly inputs: readonly Tensor[];
  /** Ops whose result depends on the inputs. */
  readonly records: readonly OpRecord[];
  readonly outputs: readonly (readonly [name: string, x: Tensor])[];
}

/** Writes down every op of one run of a model that depends on its inputs; tensors that do not are kept alive. */
class Recorder implements Tracer {
  readonly records: OpRecord[] = [];
  readonly #dependent: Set<Tensor>;
  /** Tensors in other memory formats, and those whose elements they have. */
  readonly #originals = new Map<Tensor, Tensor>();
  readonly #paths: ReadonlyMap<object, string>;
  readonly #calls: string[] = [""];

  constructor(model: Module, inputs: readonly Tensor[]) {
    this.#dependent = new Set(inputs);
    this.#paths = new Map([...model.namedModules()].map(([path, module]) => [module, path]));
  }

  op(op: Op, given: readonly (Tensor | null)[], attributes: object, output: Tensor): void {
    const inputs = given.map((x) => x && this.originalOf(x));
    const constants = inputs.filter((x): x is Tensor => x !== null && !this.#dependent.has(x));
    for (const x of constants) x.keep();
    if (constants.length === inputs.filter((x) => x !== null).length) return;
    this.#dependent.add(output);
    const [first] = op.layout?.(given, attributes) ?? given;
    const path = this.#calls[this.#calls.length - 1];
    const where = callContext()?.where() ?? op.name;
    this.records.push({ op, inputs, attributes, output, path, where, format: first!.memoryFormat });
  }

  converted(x: Tensor, converted: Tensor): void {
    const original = this.originalOf(x);
    if (this.#dependent.has(original)) this.#originals.set(converted, original);
  }

  /** The tensor that an op made, of one that is the same but for its memory format or its history (`detach()`). */
  originalOf(x: Tensor): Tensor {
    if (this.#dependent.has(x)) return x;
    const isSame = (y: Tensor) => y.storage === x.storage && y.shape.join() === x.shape.join();
    return this.#originals.get(x) ?? [...this.#dependent].find(isSame) ?? x;
  }

  read(elements: Storage): void {
    if (![...this.#dependent].some((x) => x.storage === elements)) return;
    throw new QuantizationError({
      where: callContext()?.where() ?? "lower",
      expected: "values to be read by ops alone",
      got: "a read by item(), data or toArray()",
      hint: "What depends on it would be the same in all runs of the program: use operations on tensors (y.div(y.amax()), not y.div(y.amax().item())).",
    });
  }

  call(module: object, _inputs: readonly unknown[], run: () => unknown): unknown {
    this.#calls.push(this.#paths.get(module) ?? this.#calls[this.#calls.length - 1]);
    try {
      return run();
    } finally {
      this.#calls.pop();
    }
  }
}

/** Runs the model once, without gradients. @throws QuantizationError for a result that is not made of tensors. */
export function recordRun(model: Module, inputs: readonly Tensor[]): Run {
  const recorder = new Recorder(model, inputs);
  const result: unknown = noGrad(() => withTracer(recorder, () => model(...inputs)));
  const outputs = outputsOf(model, result).map(([name, x]) => [name, recorder.originalOf(x)] as const);
  return { inputs, records: recorder.records, outputs };
}

/** `output` for one tensor, `output0`, … for a list, the keys of an object. */
function outputsOf(model: Module, result: unknown): Run["outputs"] {
  if (result instanceof Tensor) return [["output", result]];
  const named = Array.isArray(result)
    ? result.map((x: unknown, i) => [`output${i}`, x] as const)
    : Object.entries((result ?? {}) as object);
  if (named.length > 0 && named.every((entry): entry is [string, Tensor] => entry[1] instanceof Tensor)) {
    return named;
  }
  throw new QuantizationError({
    where: `lower of ${model.typeName()}`,
    expected: "a tensor, a list of tensors, or an object with tensors as the result",
    got: named.length > 0 ? named.map(([name]) => name).join(", ") : String(result),
  });
}
