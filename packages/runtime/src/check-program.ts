import { dtypes, FormatError, numberOfElements, quantRanges } from "@octavo/spec";
import type { DType, Program, ProgramConstant, ProgramValue } from "@octavo/spec";

import { requireProgram } from "./internal/require-program.ts";
import { opTable } from "./op-table.ts";
import { sameShape, Step } from "./step.ts";

/** dtypes that constants of a program have; each is one dtype of safetensors. */
export const constantDTypes = ["float32", "float16", "int64", "int32", "qint8", "quint8", "bool"] as const;

/** Values are of whole bytes. */
const valueDTypes = (Object.keys(dtypes) as DType[]).filter((dtype) => dtypes[dtype].bytes >= 1);

/**
 * Checks everything about a program but its numbers: indices, order of the ops, their attributes and constants, shapes,
 * dtypes, formats and qparams of every value. A program that passes runs.
 *
 * @throws FormatError that names the value, constant or op; for a model, that says how to make a program of it.
 */
export function checkProgram(program: Program): void {
  requireProgram(program);
  program.values.forEach((value, index) =>
    checkValue(value, `${program.name}, value ${index} '${value.name}'`),
  );
  for (const [name, constant] of Object.entries(program.constants))
    checkConstant(name, constant, program.name);

  const produced = new Set(checkIndices(program, program.inputs, "inputs"));
  if (produced.size < program.inputs.length) fail(program.name, "different inputs", `[${program.inputs}]`);
  program.ops.forEach((_, index) => checkOp(program, index, produced));
  for (const index of checkIndices(program, program.outputs, "outputs")) {
    if (!produced.has(index)) fail(program.name, `output ${index} to be made by an op`, "none that makes it");
  }
  const orphan = program.values.findIndex((_, index) => !produced.has(index));
  if (orphan >= 0)
    fail(program.name, "each value to be an input or made by an op", `value ${orphan}, which is neither`);
  for (const indices of [program.inputs, program.outputs]) {
    const names = indices.map((index) => program.values[index].name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined)
      fail(program.name, "different names for inputs, and for outputs", `'${twice}' twice`);
  }
  if (program.outputs.length === 0) fail(program.name, "at least one output", "none");
}

function checkOp(program: Program, index: number, produced: Set<number>): void {
  const op = program.ops[index];
  const where = `${program.name}, op ${index} '${op.name}' (${op.op})`;
  const definition = opTable.get(op.op);
  if (!definition) {
    return fail(
      where,
      `an op among ${[...opTable.keys()].join(", ")}`,
      op.op,
      "A newer @octavo/runtime may know it.",
    );
  }
  if (op.version > definition.version || op.version < 1) {
    fail(
      where,
      `version 1 to ${definition.version} of the op`,
      `version ${op.version}`,
      "Update @octavo/runtime.",
    );
  }
  for (const input of checkIndices(program, op.inputs, `inputs of ${where}`)) {
    if (!produced.has(input))
      fail(where, `input ${input} to be made by an op before it`, "none: ops out of order");
  }
  for (const output of checkIndices(program, op.outputs, `outputs of ${where}`)) {
    if (produced.has(output)) fail(where, "outputs that nothing else makes", `value ${output}`);
    produced.add(output);
  }
  for (const [role, name] of Object.entries(op.constants)) {
    if (!Object.hasOwn(program.constants, name))
      fail(where, `a constant '${name}' (${role}) in the program`, "none");
  }
  for (const [name, value] of Object.entries(op.attributes)) {
    if (typeof value === "number" && !Number.isFinite(value))
      fail(where, `a finite attribute ${name}`, value);
  }
  const step = new Step(program, index);
  const shapes = definition.check(step);
  step.expectAllRead();
  step.outputs.forEach((value, i) => {
    if (!sameShape(value.shape, shapes[i]))
      step.fail(`'${value.name}' of shape [${shapes[i]}]`, `[${value.shape}]`);
  });
}

function checkIndices(program: Program, indices: readonly number[], what: string): readonly number[] {
  const count = program.values.length;
  const outside = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
  if (outside !== undefined) fail(program.name, `${what} among the ${count} values`, outside);
  return indices;
}

function checkValue({ dtype, shape, memoryFormat, qparams }: ProgramValue, where: string): void {
  if (!valueDTypes.includes(dtype)) fail(where, `a dtype among ${valueDTypes.join(", ")}`, dtype);
  const batches = shape.filter((size) => size === -1).length;
  if (batches > 1 || shape.some((size) => !Number.isSafeInteger(size) || (size < 1 && size !== -1))) {
    fail(where, "a shape of sizes ≥ 1, at most one of them −1 (the batch)", `[${shape}]`);
  }
  // Kernels count in int32.
  if (Math.abs(numberOfElements(shape)) >= 2 ** 31) fail(where, "fewer than 2^31 elements", `[${shape}]`);
  const ranks = { contiguous: [0, 8], channelsLast: [3, 5] }[memoryFormat];
  if (!ranks) return fail(where, "memory format contiguous or channelsLast", memoryFormat);
  if (shape.length < ranks[0] || shape.length > ranks[1])
    fail(where, `a rank that ${memoryFormat} has`, shape.length);
  if (dtype !== "quint8" && dtype !== "qint8") {
    if (qparams) fail(where, `no qparams for ${dtype}`, "qparams");
    return;
  }
  if (!qparams) return fail(where, `qparams for ${dtype}`, "none");
  const { scale, zeroPoint, quantMin, quantMax } = qparams;
  if (!(scale > 0 && scale < Infinity && Math.fround(scale) === scale))
    fail(where, "a scale > 0 that is a float32", scale);
  const [smallest, largest] = quantRanges[dtype];
  const integers = [smallest, quantMin, zeroPoint, quantMax, largest];
  if (!integers.every((q, i) => Number.isInteger(q) && (i === 0 || integers[i - 1] <= q))) {
    const range = `${smallest} ≤ quantMin ≤ zeroPoint ≤ quantMax ≤ ${largest}`;
    fail(where, range, `quantMin ${quantMin}, zeroPoint ${zeroPoint}, quantMax ${quantMax}`);
  }
}

function checkConstant(name: string, { dtype, shape, data }: ProgramConstant, program: string): void {
  const where = `${program}, constant '${name}'`;
  if (!constantDTypes.some((known) => known === dtype))
    fail(where, `a dtype among ${constantDTypes.join(", ")}`, dtype);
  const { array } = dtypes[dtype];
  if (!(data instanceof array)) fail(where, array.name, (data as object).constructor.name);
  if (numberOfElements(shape) !== data.length)
    fail(where, `${numberOfElements(shape)} elements for [${shape}]`, data.length);
}

function fail(where: string, expected: string, got: unknown, hint?: string): never {
  throw new FormatError({ where, expected, got: String(got), hint });
}
