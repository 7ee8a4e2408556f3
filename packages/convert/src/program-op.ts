import { kernels } from "@octavo/backend";
import { opTable, Step } from "@octavo/runtime";
import type { OpDefinition } from "@octavo/runtime";
import { FormatError } from "@octavo/spec";
import type {
  DType,
  Kernels,
  MemoryFormat,
  Program,
  ProgramConstant,
  ProgramValue,
  TypedArray,
} from "@octavo/spec";
import { defineOp, Tensor, toMemoryFormat } from "@octavo/tensor";
import { outputQParams, programValue } from "./internal/program-value.ts";
import type { ActivationQParams } from "./internal/program-value.ts";

/** One op of the runtime's table, with everything but its inputs. Frozen: prepared constants are cached by identity. */
export interface ProgramStep {
  readonly op: string;
  readonly attributes: Program["ops"][number]["attributes"];
  readonly constants: Readonly<Record<string, ProgramConstant>>;
  /** `memoryFormat` only where the op gives one format whatever its input has; absent: the first input's. */
  readonly output: {
    readonly dtype: DType;
    readonly qparams?: ActivationQParams;
    readonly memoryFormat?: MemoryFormat;
  };
}

/**
 * Runs an op of the runtime's table on tensors, by the code that runs programs: so converted modules and the lowered
 * program give the same bits, and lowering only has to write down the steps.
 */
export const programOp = defineOp<Tensor[], ProgramStep>({
  name: "programOp",
  acceptsQuantized: true,
  layout: (inputs, { op }) => inputs.map((x) => toMemoryFormat(x, formatOf(op) ?? inputs[0].memoryFormat)),
  shape: (inputs, step) => {
    const { shape, memoryFormat } = prepared(inputs, step);
    const { dtype, qparams } = step.output;
    return { shape, memoryFormat, dtype, qparams: qparams ? outputQParams(dtype, qparams) : null };
  },
  forward: (_, inputs, output, step) => {
    const { run } = prepared(inputs, step);
    run(
      inputs.map((x) => x.raw()),
      output.raw(),
    );
  },
});

/** Formats that ops of the runtime insist on; the others take what comes, all inputs alike. */
const formats: Readonly<Record<string, MemoryFormat | undefined>> = {
  quantize: "channelsLast",
  conv: "channelsLast",
  convTranspose: "channelsLast",
  maxPool: "channelsLast",
  avgPool: "channelsLast",
  linear: "contiguous",
};

/** The format in which an op of the runtime wants its inputs and gives its output; null: that of its first input. */
export function formatOf(op: string): MemoryFormat | null {
  return formats[op] ?? null;
}

/** A step made ready for inputs of certain shapes and qparams. */
interface Prepared {
  readonly shape: readonly number[];
  readonly memoryFormat: MemoryFormat;
  run(inputs: TypedArray[], output: TypedArray): void;
}

const cache = new WeakMap<ProgramStep, { key: string; value: Prepared }>();

function prepared(inputs: readonly Tensor[], step: ProgramStep): Prepared {
  const values = inputs.map((x, i) => programValue(x, `input ${i}`));
  const key = JSON.stringify(values);
  const known = cache.get(step);
  if (known?.key === key && known.value) return known.value;
  const value = prepare(values, step);
  cache.set(step, { key, value });
  return value;
}

function prepare(inputs: readonly ProgramValue[], step: ProgramStep): Prepared {
  const definition = definitionOf(step.op);
  const memoryFormat = inputs[0].memoryFormat;
  const shapeOf = (shape: readonly number[]) => {
    const rightFormat = shape.length >= 3 && inputs[0].shape.length >= 3 ? memoryFormat : "contiguous";
    return { name: "output", shape, memoryFormat: rightFormat, ...step.output } as const;
  };
  // The shape rule looks at the output's dtype and format only, so any shape of that rank serves to ask it.
  const [shape] = definition.check(new Step(singleOp(inputs, shapeOf(inputs[0].shape), step), 0));
  const output = shapeOf(shape);
  const ready = new Step(singleOp(inputs, output, step), 0);
  const constants = prepareConstants(definition, ready, kernels());
  const scratch = new Uint8Array(definition.scratchBytes?.(ready) ?? 0);
  return {
    shape,
    memoryFormat: output.memoryFormat,
    run: (arrays, y) =>
      definition.bind(ready, { inputs: arrays, outputs: [y], constants, scratch }, kernels())(),
  };
}

function definitionOf(name: string): OpDefinition {
  const definition = opTable.get(name);
  if (definition) return definition;
  throw new FormatError({
    where: "programOp",
    expected: `one of ${[...opTable.keys()].join(", ")}`,
    got: `"${name}"`,
  });
}

function singleOp(inputs: readonly ProgramValue[], output: ProgramValue, step: ProgramStep): Program {
  const { op, attributes, constants } = step;
  const version = definitionOf(op).version;
  const names = Object.fromEntries(Object.keys(constants).map((role) => [role, role]));
  const indices = inputs.map((_, i) => i);
  const outputs = [inputs.length];
  return {
    formatVersion: 1,
    name: op,
    inputs: indices,
    outputs,
    values: [...inputs, output],
    ops: [{ op, version, name: op, inputs: indices, outputs, constants: names, attributes }],
    constants,
  };
}

/** Constants in memory that kernels own, as `prepare` of the op writes them. */
function prepareConstants(definition: OpDefinition, step: Step, table: Kernels): Record<string, TypedArray> {
  const result: Record<string, TypedArray> = {};
  for (const [role, { array, length, fill }] of Object.entries(definition.prepare?.(step, table) ?? {})) {
    const bytes = length * (array as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    const memory = new Tensor({ shape: [bytes], dtype: "uint8" }).keep().raw<Uint8Array>();
    result[role] = new array(memory.buffer, memory.byteOffset, length);
    fill(result[role]);
  }
  return result;
}
