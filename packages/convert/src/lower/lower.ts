import type { Module } from "@octavo/nn";
import { checkProgram } from "@octavo/runtime";
import { QuantizationError, ShapeError } from "@octavo/spec";
import type { Program, ProgramValue } from "@octavo/spec";
import { cat, slice, Tensor } from "@octavo/tensor";
import { activationQParams } from "../internal/program-value.ts";
import { loweringRules } from "./lowering-rules.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { recordRun } from "./recorder.ts";
import type { OpRecord, Run } from "./recorder.ts";

export interface LowerOptions {
  /** Name of the program. Default: the model's class. */
  readonly name?: string;
}

/**
 * Writes a model down as a `Program` for `@octavo/runtime`: a flat list of ops with their constants. Usually a converted
 * model, whose parts then run on integers; a float model, or a mixed one, works the same.
 *
 * The model runs twice, with two batch sizes: sizes that follow the batch stay open in the program.
 *
 * @param exampleInputs a tensor, or all arguments of forward; their first axis is the batch.
 *
 * Throws `QuantizationError` for an op that the runtime does not have, naming the module, and for results that depend on
 * more than the inputs and the model's tensors.
 */
export function lower(
  model: Module,
  exampleInputs: Tensor | readonly Tensor[],
  options: LowerOptions = {},
): Program {
  const { name = model.typeName() } = options;
  const inputs = exampleInputs instanceof Tensor ? [exampleInputs] : exampleInputs;
  const wasTraining = model.training;
  model.eval();
  try {
    const run = recordRun(model, inputs);
    const larger = recordRun(model, inputs.map(withOneMore));
    const program = write(name, run, new OpenShapes(name, run, larger));
    checkProgram(program);
    return program;
  } finally {
    model.train(wasTraining);
  }
}

/** The batch with its first example repeated at the end. */
function withOneMore(x: Tensor): Tensor {
  return cat([x, slice(x, 0, 0, 1)], { dim: 0 });
}

/** Shapes with −1 where a second run, with a larger batch, had another size. */
class OpenShapes {
  readonly #shapes = new Map<Tensor, readonly number[]>();
  readonly #constants = new Set<Tensor>();

  constructor(name: string, run: Run, larger: Run) {
    if (run.records.length !== larger.records.length) {
      throw new QuantizationError({
        where: `lower of ${name}`,
        expected: "the same ops for every batch size",
        got: `${run.records.length} and ${larger.records.length} of them`,
        hint: "forward must not branch on the size of the batch.",
      });
    }
    run.inputs.forEach((x, i) => this.#add(name, x, larger.inputs[i]));
    run.records.forEach((record, i) => {
      const other = larger.records[i];
      record.inputs.forEach((x, k) => x && x === other.inputs[k] && this.#constants.add(x));
      this.#add(record.path || name, record.output, other.output);
    });
  }

  of(x: Tensor): readonly number[] {
    return this.#shapes.get(x) ?? x.shape;
  }

  /** Whether both runs took this very tensor: a parameter, a buffer, or another part of the model. */
  isConstant(x: Tensor): boolean {
    return this.#constants.has(x);
  }

  #add(where: string, x: Tensor, larger: Tensor): void {
    const shape = x.shape.map((size, axis) => (size === larger.shape[axis] ? size : -1));
    if (shape.lastIndexOf(-1) > 0) {
      throw new ShapeError({
        where,
        expected: "only the first axis to follow the batch",
        got: `[${x.shape}] and, for a larger batch, [${larger.shape}]`,
      });
    }
    this.#shapes.set(x, shape);
  }
}

function write(name: string, run: Run, shapes: OpenShapes): Program {
  const builder = new ProgramBuilder();
  const indices = new Map<Tensor, number>();
  const info = (x: Tensor): Pick<ProgramValue, "dtype" | "shape" | "qparams"> => ({
    dtype: x.dtype,
    shape: shapes.of(x),
    ...(x.qparams && { qparams: activationQParams(x.qparams) }),
  });
  const inputs = run.inputs.map((x, i) =>
    builder.addInput(run.inputs.length === 1 ? "input" : `input${i}`, info(x)),
  );
  run.inputs.forEach((x, i) => indices.set(x, inputs[i]));
  const indexOf = (x: Tensor, where: string): number => {
    const index = indices.get(x);
    if (index !== undefined) return index;
    throw new QuantizationError({
      where,
      expected: "a tensor computed from the inputs",
      got: shapes.isConstant(x) ? `a constant, ${x.describe()}` : `one made outside of ops, ${x.describe()}`,
      hint: "Only operations on tensors can be written down, not values read by item(), data or detach().",
    });
  };
  for (const record of run.records) {
    const rule = loweringRules.get(record.op.name) ?? refuse(record);
    const lowered = rule.lower(record);
    const activations = record.inputs.filter(
      (x, i): x is Tensor => x !== null && !rule.constants?.includes(i),
    );
    const from = activations.map((x) => indexOf(x, record.path || name));
    indices.set(
      record.output,
      builder.add(record.path || record.op.name, lowered, from, info(record.output)),
    );
  }
  const outputs = run.outputs.map((x) => indexOf(x, `output of ${name}`));
  return builder.build(name, inputs, outputs);
}

function refuse({ op, path }: OpRecord): never {
  throw new QuantizationError({
    where: path || op.name,
    expected: `an op that programs have: ${[...loweringRules.keys()].join(", ")}`,
    got: op.name,
    hint: "Keep this part outside of the lowered model.",
  });
}
