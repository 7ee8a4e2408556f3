import { describeGiven, dtypes, FormatError, numberOfElements, quantRanges } from "@octavo/spec";
import type { DType, Program, ProgramConstant, ProgramValue } from "@octavo/spec";

import { formatRanks, formats } from "./internal/format-ranks.ts";
import { requireFormatVersion } from "./internal/format-version.ts";
import { requireProgram } from "./internal/require-program.ts";
import { opTable } from "./op-table.ts";
import { sameShape, Step } from "./step.ts";

/** dtypes that constants of a program have; each is one dtype of safetensors. */
export const constantDTypes = ["float32", "float16", "int64", "int32", "qint8", "quint8", "bool"] as const;

/** Values are of whole bytes. */
const valueDTypes = (Object.keys(dtypes) as DType[]).filter((dtype) => dtypes[dtype].bytes >= 1);

/**
 * Checks everything about a program but its weights: indices, order of the ops, their attributes and constants, shapes,
 * dtypes, formats and qparams of every value. A program that passes runs.
 *
 * @throws FormatError that names the value, constant or op; for a model, that says how to make a program of it.
 */
export function checkProgram(program: Program): void {
  checkedSteps(program);
}

/**
 * As `checkProgram`. @param where what errors call the program; by default its name
 * @returns its ops, with what the check found out about them
 */
export function checkedSteps(program: Program, where?: string): Step[] {
  requireProgram(program);
  const name = where ?? program.name;
  requireFormatVersion(program.formatVersion, name);
  // All of this runs once, before any compiler has seen it: loops, and texts only for errors.
  const { values, constants, inputs, outputs } = program;
  for (let index = 0; index < values.length; index++) checkValue(name, values[index], index);
  for (const constant of Object.keys(constants)) checkConstant(name, constant, constants[constant]);

  const produced = new Set(checkIndices(name, program, inputs, "inputs"));
  if (produced.size < inputs.length) fail(name, "different inputs", `[${inputs}]`);
  const named = { ...program, name };
  const steps = program.ops.map((_, index) => checkOp(named, index, produced));
  for (const index of checkIndices(name, program, outputs, "outputs")) {
    if (!produced.has(index)) fail(name, `output ${index} to be made by an op`, "none that makes it");
  }
  const orphan = values.findIndex((_, index) => !produced.has(index));
  if (orphan >= 0)
    fail(name, "each value to be an input or made by an op", `value ${orphan}, which is neither`);
  for (const indices of [inputs, outputs]) {
    const names = indices.map((index) => values[index].name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) fail(name, "different names for inputs, and for outputs", `'${twice}' twice`);
  }
  if (outputs.length === 0) fail(name, "at least one output", "none");
  return steps;
}

function checkOp(program: Program, index: number, produced: Set<number>): Step {
  const step = new Step(program, index);
  const { op } = step;
  const definition = opTable.get(op.op);
  if (!definition) {
    return step.fail(
      `an op among ${[...opTable.keys()].join(", ")}`,
      op.op,
      "A newer @octavo/runtime may know it.",
    );
  }
  if (op.version > definition.version || op.version < 1) {
    step.fail(
      `version 1 to ${definition.version} of the op`,
      `version ${op.version}`,
      "Update @octavo/runtime.",
    );
  }
  checkIndices(program.name, program, op.inputs, "inputs", step);
  for (let i = 0; i < op.inputs.length; i++) {
    if (!produced.has(op.inputs[i]))
      step.fail(`input ${op.inputs[i]} to be made by an op before it`, "none: ops out of order");
  }
  checkIndices(program.name, program, op.outputs, "outputs", step);
  for (let i = 0; i < op.outputs.length; i++) {
    if (produced.has(op.outputs[i])) step.fail("outputs that nothing else makes", `value ${op.outputs[i]}`);
    produced.add(op.outputs[i]);
  }
  for (const role of Object.keys(op.constants)) {
    const name = op.constants[role];
    if (!Object.hasOwn(program.constants, name))
      step.fail(`a constant '${name}' (${role}) in the program`, "none");
  }
  for (const name of Object.keys(op.attributes)) {
    const value = op.attributes[name];
    if (typeof value === "number" && !Number.isFinite(value)) step.fail(`a finite attribute ${name}`, value);
  }
  const shapes = definition.check(step);
  step.expectAllRead();
  for (let i = 0; i < step.outputs.length; i++) {
    const { name, shape } = step.outputs[i];
    if (!sameShape(shape, shapes[i])) step.fail(`'${name}' of shape [${shapes[i]}]`, `[${shape}]`);
  }
  return step;
}

/** @param step whose indices they are; absent: the program's */
function checkIndices(
  name: string,
  { values: { length: count } }: Program,
  indices: readonly number[],
  what: string,
  step?: Step,
): readonly number[] {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    fail(name, `${what}${step ? ` of ${step.where}` : ""} among the ${count} values`, index);
  }
  return indices;
}

function checkValue(program: string, value: ProgramValue, index: number): void {
  const { dtype, shape, memoryFormat, qparams } = value;
  const wrong = (expected: string, got: unknown) =>
    fail(`${program}, value ${index} '${value.name}'`, expected, got);
  if (!valueDTypes.includes(dtype)) wrong(`a dtype among ${valueDTypes.join(", ")}`, dtype);
  let batches = 0;
  let elements = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis];
    if (size === -1) batches++;
    else if (!Number.isSafeInteger(size) || size < 1) batches = Infinity;
    elements *= size;
  }
  if (batches > 1) wrong("a shape of sizes ≥ 1, at most one of them −1 (the batch)", `[${shape}]`);
  // Kernels count in int32.
  if (Math.abs(elements) >= 2 ** 31) wrong("fewer than 2^31 elements", `[${shape}]`);
  const rank = shape.length;
  if (!(formatRanks[memoryFormat]?.[0] <= rank && rank <= formatRanks[memoryFormat][1]))
    wrong(formats, `${memoryFormat} for [${shape}]`);
  if (dtype !== "quint8" && dtype !== "qint8") {
    if (qparams) wrong(`no qparams for ${dtype}`, "qparams");
    return;
  }
  if (!qparams) return wrong(`qparams for ${dtype}`, "none");
  const { scale, zeroPoint, quantMin, quantMax } = qparams;
  if (!(scale > 0 && scale < Infinity && Math.fround(scale) === scale))
    wrong("a scale > 0 that is a float32", scale);
  const smallest = quantRanges[dtype][0];
  const largest = quantRanges[dtype][1];
  const areIntegers = Number.isInteger(quantMin) && Number.isInteger(zeroPoint) && Number.isInteger(quantMax);
  const areInOrder =
    smallest <= quantMin && quantMin <= zeroPoint && zeroPoint <= quantMax && quantMax <= largest;
  if (!areIntegers || !areInOrder) {
    const order = `${smallest} ≤ quantMin ≤ zeroPoint ≤ quantMax ≤ ${largest}`;
    wrong(order, `quantMin ${quantMin}, zeroPoint ${zeroPoint}, quantMax ${quantMax}`);
  }
}

function checkConstant(program: string, name: string, { dtype, shape, data }: ProgramConstant): void {
  const wrong = (expected: string, got: unknown) => fail(`${program}, constant '${name}'`, expected, got);
  if (!(constantDTypes as readonly DType[]).includes(dtype))
    wrong(`a dtype among ${constantDTypes.join(", ")}`, dtype);
  const { array } = dtypes[dtype];
  if (!(data instanceof array)) wrong(array.name, describeGiven(data));
  if (numberOfElements(shape) !== data.length)
    wrong(`${numberOfElements(shape)} elements for [${shape}]`, data.length);
}

function fail(where: string, expected: string, got: unknown, hint?: string): never {
  throw new FormatError({ where, expected, got: String(got), hint });
}
