import { QuantizationError } from "@octavo/spec";
import type { MemoryFormat, ProgramConstant, ProgramOp } from "@octavo/spec";
import { toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { OpRecord } from "./recorder.ts";

/** An op of one activation that comes before another; what it makes has the activation's dtype, or is float32. */
export interface LoweredStep {
  readonly op: string;
  readonly attributes: ProgramOp["attributes"];
  /** By role. */
  readonly constants?: Readonly<Record<string, ProgramConstant>>;
  readonly dtype?: "float32";
  /** In which it reads and writes. */
  readonly format: MemoryFormat;
  /** What it makes of a shape, in which −1 is the batch. */
  readonly shape: (x: readonly number[]) => readonly number[];
}

/** An op of the runtime, about to be added to a program. */
export interface LoweredOp {
  readonly op: string;
  /** Ops that its one input goes through before it, in order. */
  readonly first?: readonly LoweredStep[];
  /** The activations among its inputs, in order. */
  readonly inputs: readonly Tensor[];
  readonly attributes?: ProgramOp["attributes"];
  /** By role. */
  readonly constants?: Readonly<Record<string, ProgramConstant>>;
  /** Format in which it wants its inputs and gives its output; absent: that of its leading input. */
  readonly format?: MemoryFormat;
}

/**
 * How one tensor op becomes an op of the runtime.
 * @param activations which of its inputs depend on the model's; the others are constants.
 */
export type LoweringRule = (record: OpRecord, activations: readonly boolean[]) => LoweredOp;

export type LoweringRules = Readonly<Record<string, LoweringRule>>;

/**
 * A rule for an op whose first inputs are activations and the others constants.
 * @param count how many of them are activations; absent: all.
 * @throws QuantizationError, from the rule, naming the module where an input is of the other kind.
 */
export function rule<A = object>(
  lower: (attributes: A, record: OpRecord) => Omit<LoweredOp, "inputs">,
  count = Infinity,
): LoweringRule {
  return (record, activations) => {
    record.inputs.forEach((x, i) => {
      if (x && activations[i] !== i < count) throw misplaced(record, i, i < count);
    });
    return { inputs: record.inputs.slice(0, count) as Tensor[], ...lower(record.attributes as A, record) };
  };
}

/** The error for an operand that should be an activation (or a constant) and is the other. */
export function misplaced(
  { where, op, inputs, attributes }: OpRecord,
  position: number,
  activation: boolean,
): QuantizationError {
  const kinds = ["a constant", "an activation"];
  const { op: name = op.name } = attributes as { op?: string }; // of a step of a quantized module
  return new QuantizationError({
    where,
    expected: `${kinds[Number(activation)]} as operand ${position} of ${name}`,
    got: `${kinds[Number(!activation)]}, ${inputs[position]!.describe()}`,
    hint: activation
      ? "The runtime has this op only for activations: compute it another way, as linear(x, weight) for a product with a weight, or keep it outside of the model."
      : "The runtime has weights as constants only.",
  });
}

/** Data in torch's order, or with channels innermost for weights of convolutions; a copy. */
export function constant(x: Tensor, layout: MemoryFormat = "contiguous"): ProgramConstant {
  const { shape, dtype } = x;
  const isMoved = layout === "channelsLast" && shape.length > 2;
  const stored = isMoved ? [shape[0], ...shape.slice(2), shape[1]] : shape;
  return { dtype, shape: stored, data: toMemoryFormat(x, layout).raw().slice() };
}

/** The same rule for the forms of an op over 1, 2 and 3 spatial axes. */
export function everyRank(name: string, value: LoweringRule): LoweringRules {
  return { [`${name}1d`]: value, [`${name}2d`]: value, [`${name}3d`]: value };
}
