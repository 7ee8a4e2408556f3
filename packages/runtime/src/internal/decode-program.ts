import { FormatError, quantRanges } from "@octavo/spec";
import type { Program, ProgramOp, ProgramQParams, ProgramValue, QuantizedDType } from "@octavo/spec";

import type { EncodedOp, EncodedProgram, EncodedValue } from "./encode-program.ts";
import { usualFormat } from "./encode-program.ts";

/** Version of the encoding, and of `Program`, that this package reads and writes. */
export const formatVersion = 1;

/**
 * The inverse of `encodeProgram`. Only the types of the fields are checked here; `checkProgram` checks what they say.
 * @throws {FormatError} for a newer version or anything that `encodeProgram` would not write.
 */
export function decodeProgram(json: string, where: string): Omit<Program, "constants"> {
  const encoded = parse(json, where) as EncodedProgram;
  const version: unknown = encoded?.formatVersion;
  if (version !== formatVersion) {
    const hint = "Update @octavo/runtime to read it.";
    const newer = typeof version === "number" && version > formatVersion;
    const expected = `a program of format version ${formatVersion}`;
    throw new FormatError({
      where,
      expected,
      got: `version ${String(version)}`,
      hint: newer ? hint : undefined,
    });
  }
  const { name, inputs, outputs, values, ops } = encoded;
  const right =
    typeof name === "string" &&
    [inputs, outputs].every(isIntegers) &&
    Array.isArray(values) &&
    values.every(isValue) &&
    Array.isArray(ops) &&
    ops.every(isOp);
  if (!right) {
    const wrongValue = Array.isArray(values) ? values.find((value) => !isValue(value)) : values;
    const wrongOp = Array.isArray(ops) ? ops.find((op) => !isOp(op)) : ops;
    const got = JSON.stringify(wrongValue ?? wrongOp ?? { name, inputs, outputs }) ?? "nothing";
    throw new FormatError({
      where,
      expected: "a list of values and ops as saveProgram writes it",
      got: got.slice(0, 120),
    });
  }
  const makers = new Map(
    ops.flatMap(([, , name, , outputs]) => outputs.map((value) => [value, name] as const)),
  );
  return {
    formatVersion,
    name,
    inputs,
    outputs,
    values: values.map((value, index) => decodeValue(value, makers.get(index) ?? "")),
    ops: ops.map(decodeOp),
  };
}

function decodeValue([name, dtype, shape, qparams, otherFormat]: EncodedValue, maker: string): ProgramValue {
  const usual = usualFormat(shape);
  const other = usual === "contiguous" ? "channelsLast" : "contiguous";
  return {
    name: name === 0 ? maker : name,
    dtype: dtype as ProgramValue["dtype"],
    shape,
    memoryFormat: otherFormat ? other : usual,
    ...(qparams && { qparams: decodeQParams(qparams, dtype) }),
  };
}

function decodeQParams([scale, zeroPoint, ...range]: readonly number[], dtype: string): ProgramQParams {
  const [smallest, largest] = quantRanges[dtype as QuantizedDType] ?? [NaN, NaN];
  const [quantMin = smallest, quantMax = largest] = range;
  return { scale: Math.fround(scale), zeroPoint, quantMin, quantMax };
}

function decodeOp([
  op,
  version,
  name,
  inputs,
  outputs,
  constants = [],
  attributes = {},
]: EncodedOp): ProgramOp {
  const entries = constants.map((text) => {
    const at = text.indexOf("=");
    return at < 0 ? [text, `${name}.${text}`] : [text.slice(0, at), text.slice(at + 1)];
  });
  return { op, version, name, inputs, outputs, constants: Object.fromEntries(entries), attributes };
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError({ where, expected: "a program in JSON", got: (cause as Error).message, cause });
  }
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function isValue(value: unknown): value is EncodedValue {
  if (!Array.isArray(value)) return false;
  const [name, dtype, shape, qparams = 0, otherFormat = 1] = value;
  const numbers =
    Array.isArray(qparams) && [2, 4].includes(qparams.length) && qparams.every((q) => typeof q === "number");
  return (
    (name === 0 || typeof name === "string") &&
    typeof dtype === "string" &&
    isIntegers(shape) &&
    (qparams === 0 || numbers) &&
    otherFormat === 1
  );
}

function isOp(value: unknown): value is EncodedOp {
  if (!Array.isArray(value)) return false;
  const [op, version, name, inputs, outputs, constants = [], attributes = {}] = value;
  return (
    typeof op === "string" &&
    Number.isInteger(version) &&
    typeof name === "string" &&
    isIntegers(inputs) &&
    isIntegers(outputs) &&
    Array.isArray(constants) &&
    constants.every((text) => typeof text === "string") &&
    typeof attributes === "object" &&
    attributes !== null &&
    Object.values(attributes).every(isAttribute)
  );
}

function isAttribute(value: unknown): boolean {
  return (
    value === null ||
    ["number", "string", "boolean"].includes(typeof value) ||
    (Array.isArray(value) && value.every((n) => typeof n === "number"))
  );
}
