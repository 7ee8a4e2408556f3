import { noGrad, withTracer } from "@octavo/tensor";
import type { Op, Tensor, Tracer } from "@octavo/tensor";
import type { Module } from "@octavo/nn";

/** One op as it ran. */
export interface OpRecord {
  readonly op: Op;
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes: object;
  readonly output: Tensor;
  /** The innermost module that ran it. */
  readonly path: string;
}

export interface Run {
  readonly inputs: readonly Tensor[];
  readonly records: readonly OpRecord[];
  readonly outputs: readonly Tensor[];
}

/** Writes down every op of one run of a model. */
class Recorder implements Tracer {
  readonly records: OpRecord[] = [];
  readonly #paths: ReadonlyMap<object, string>;
  readonly #calls: string[] = [""];

  constructor(model: Module) {
    this.#paths = new Map([...model.namedModules()].map(([path, module]) => [module, path]));
  }

  op(op: Op, inputs: readonly (Tensor | null)[], attributes: object, output: Tensor): void {
    this.records.push({ op, inputs, attributes, output, path: this.#calls[this.#calls.length - 1] });
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

/** Runs the model once, without gradients. */
export function recordRun(model: Module, inputs: readonly Tensor[]): Run {
  const recorder = new Recorder(model);
  const result = noGrad(() => withTracer(recorder, () => model(...inputs))) as Tensor | Tensor[];
  return { inputs, records: recorder.records, outputs: Array.isArray(result) ? result : [result] };
}
