import { QuantizationError, ShapeError } from "@octavo/spec";
import type { ProgramConstant } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { loweringRules } from "./lowering-rules.ts";
import type { LoweredOp } from "./lowering-rule.ts";
import type { OpRecord, Run } from "./recorder.ts";

/** An op as it ran, with what becomes of it. */
export interface LoweredRecord {
  readonly record: OpRecord;
  readonly lowered: LoweredOp;
}

/** Two runs of a model, with different values and batch sizes: what agrees in both is the program. */
export class ComparedRuns {
  /** Only those that the outputs need. */
  readonly records: readonly LoweredRecord[];
  readonly #shapes = new Map<Tensor, readonly number[]>();

  /** @throws QuantizationError or ShapeError, naming the module, for what depends on the inputs in other ways than by ops. */
  constructor(name: string, run: Run, other: Run) {
    const outputs = run.outputs.map(([, x]) => x);
    run.inputs.forEach((x, i) => this.#addShape(name, x, other.inputs[i]));
    requireSameOps(name, run, other);
    const needed = neededRecords(run.records, outputs);
    this.records = run.records.flatMap((record, i) => {
      if (!needed.has(record)) return [];
      const twin = other.records[i];
      this.#addShape(record.where, record.output, twin.output);
      return [{ record, lowered: lowerAlike(record, twin, this.#shapes) }];
    });
  }

  /** With −1 for the batch. */
  shapeOf(x: Tensor): readonly number[] {
    return this.#shapes.get(x)!;
  }

  /** Whether it is an input or was computed from one. */
  isActivation(x: Tensor): boolean {
    return this.#shapes.has(x);
  }

  #addShape(where: string, x: Tensor, other: Tensor): void {
    const shape = x.shape.map((size, axis) => (size === other.shape[axis] ? size : -1));
    if (x.rank !== other.rank || shape.lastIndexOf(-1) > 0) {
      throw new ShapeError({
        where,
        expected: "only the first axis to follow the batch",
        got: `[${x.shape}] and, for a larger batch, [${other.shape}]`,
        hint: "Use -1 for the batch in reshape, and keep it in front. Recurrent layers need batchFirst: true, and the last of their outputs, output.select(1, -1), is to be taken instead of h.",
      });
    }
    this.#shapes.set(x, shape);
  }
}

function requireSameOps(name: string, run: Run, other: Run): void {
  const at = run.records.findIndex(({ op }, i) => op.name !== other.records[i]?.op.name);
  if (at < 0 && run.records.length === other.records.length) return;
  const [one, two] = [run, other].map(
    ({ records }) => records[at < 0 ? run.records.length : at]?.op.name ?? "nothing",
  );
  throw new QuantizationError({
    where: run.records[at]?.where ?? `lower of ${name}`,
    expected: "the same ops for all inputs",
    got: `${one} for the example inputs and ${two} for others, with a larger batch`,
    hint: "forward must not branch on the size of the batch.",
  });
}

function neededRecords(records: readonly OpRecord[], outputs: readonly Tensor[]): Set<OpRecord> {
  const tensors = new Set<Tensor | null>(outputs);
  const needed = records.toReversed().filter(({ inputs, output }) => {
    if (!tensors.has(output)) return false;
    for (const x of inputs) tensors.add(x);
    return true;
  });
  return new Set(needed);
}

/** @throws QuantizationError if the runtime has no such op, or if the two runs used other numbers. */
function lowerAlike(record: OpRecord, twin: OpRecord, activations: ReadonlyMap<Tensor, unknown>): LoweredOp {
  const rule = loweringRules.get(record.op.name) ?? refuse(record);
  const varies = record.inputs.map((x) => x !== null && activations.has(x));
  record.inputs.forEach((x, i) => {
    if (x && !varies[i] && !sameTensor(x, twin.inputs[i]!)) {
      throw changing(record, `a tensor ${x.describe()} made inside forward, which changes with the inputs`);
    }
  });
  const lowered = rule(record, varies);
  const [numbers, others] = [lowered, rule(twin, varies)].map(numbersOf);
  if (numbers !== others) {
    throw changing(record, `${record.op.name} with ${numbers}, and with ${others} for other inputs`);
  }
  return lowered;
}

/** All numbers that are written down with an op; of its weights the shapes. */
function numbersOf({ first = [], attributes = {}, constants = {} }: LoweredOp): string {
  const steps = [...first, { attributes, constants }];
  const numbers = steps.flatMap((step) => [
    ...Object.entries(step.attributes),
    ...Object.entries(step.constants ?? {}).map(describeConstant),
  ]);
  return numbers.join(" ");
}

function describeConstant([role, { shape, data }]: readonly [string, ProgramConstant]): string {
  return shape.length === 0 ? String(data) : `${role} of [${shape}]`;
}

function sameTensor(a: Tensor, b: Tensor): boolean {
  return a === b || (a.describe() === b.describe() && String(a.raw()) === String(b.raw()));
}

function changing({ where }: OpRecord, got: string): QuantizationError {
  return new QuantizationError({
    where,
    expected: "operands computed from the inputs by ops, or constants",
    got,
    hint: "What is made of the batch's size cannot be written down: tensors of size 1 are as wide as they have to be, and -1 stands for the batch in reshape.",
  });
}

function refuse({ op, where }: OpRecord): never {
  throw new QuantizationError({
    where,
    expected: `an op that programs have: ${[...loweringRules.keys()].join(", ")}`,
    got: op.name,
    hint: "Convert the model first, or keep this part outside of the lowered model.",
  });
}
