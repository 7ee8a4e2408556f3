import { FormatError, quantRanges } from "@octavo/spec";
import type { Program, ProgramOp, ProgramQParams, ProgramValue, QuantizedDType } from "@octavo/spec";

import type { EncodedKind, EncodedOp, EncodedProgram, EncodedValue } from "./encode-program.ts";
import { usualDType, usualFormat } from "./encode-program.ts";

/** Version of the encoding, and of `Program`, that this package reads and writes. */
export const formatVersion = 1;

/**
 * The inverse of `encodeProgram`. Only the types of the fields are checked here; `checkProgram` checks what they say.
 * @throws FormatError for a newer version or anything that `encodeProgram` would not write.
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
  const { name, inputs, outputs, values, kinds, ops } = encoded;
  const isOp = (op: unknown) => isOpOf(op, kinds.length);
  const lists = { values: [values, isValue], kinds: [kinds, isKind], ops: [ops, isOp] } as const;
  if (typeof name !== "string" || !isIntegers(inputs) || !isIntegers(outputs)) {
    throw new FormatError({
      where,
      expected: "name, inputs and outputs",
      got: JSON.stringify({ name, inputs, outputs }),
    });
  }
  for (const [what, [list, isRight]] of Object.entries(lists)) {
    const wrong: unknown = Array.isArray(list) ? list.find((one) => !isRight(one)) : (list ?? null);
    if (wrong === undefined) continue;
    const expected = `${what} as saveProgram writes them`;
    throw new FormatError({ where, expected, got: JSON.stringify(wrong).slice(0, 120) });
  }
  const makers = new Map(
    ops.flatMap(([, name, , outputs]) => outputs.map((value) => [value, name] as const)),
  );
  return {
    formatVersion,
    name,
    inputs,
    outputs,
    values: values.map((value, index) => decodeValue(value, makers.get(index) ?? "")),
    ops: ops.map((op) => decodeOp(op, kinds[op[0]])),
  };
}

function decodeValue([name, shape, qparams, dtype, otherFormat]: EncodedValue, maker: string): ProgramValue {
  const usual = usualFormat(shape);
  const other = usual === "contiguous" ? "channelsLast" : "contiguous";
  const own = (dtype || usualDType(qparams)) as ProgramValue["dtype"];
  return {
    name: name === 0 ? maker : name,
    dtype: own,
    shape,
    memoryFormat: otherFormat ? other : usual,
    ...(qparams && { qparams: decodeQParams(qparams, own) }),
  };
}

function decodeQParams([scale, zeroPoint, ...range]: readonly number[], dtype: string): ProgramQParams {
  const [smallest, largest] = quantRanges[dtype as QuantizedDType] ?? [NaN, NaN];
  const [quantMin = smallest, quantMax = largest] = range;
  return { scale: Math.fround(scale), zeroPoint, quantMin, quantMax };
}

function decodeOp(
  [, name, inputs, outputs, attributes = {}]: EncodedOp,
  [op, version, ...constants]: EncodedKind,
): ProgramOp {
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
  const [name, shape, qparams = 0, dtype = 0, otherFormat = 1] = value;
  const numbers =
    Array.isArray(qparams) && [2, 4].includes(qparams.length) && qparams.every((q) => typeof q === "number");
  return (
    isName(name) && isIntegers(shape) && (qparams === 0 || numbers) && isName(dtype) && otherFormat === 1
  );
}

function isKind(value: unknown): value is EncodedKind {
  if (!Array.isArray(value)) return false;
  const [op, version, ...constants] = value;
  return (
    typeof op === "string" && Number.isInteger(version) && constants.every((text) => typeof text === "string")
  );
}

function isOpOf(value: unknown, kinds: number): value is EncodedOp {
  if (!Array.isArray(value)) return false;
  const [kind, name, inputs, outputs, attributes = {}] = value;
  const hasAttributes =
    typeof attributes === "object" && attributes !== null && Object.values(attributes).every(isAttribute);
  const hasKind = Number.isInteger(kind) && kind >= 0 && kind < kinds;
  return hasKind && typeof name === "string" && isIntegers(inputs) && isIntegers(outputs) && hasAttributes;
}

function isName(value: unknown): boolean {
  return value === 0 || typeof value === "string";
}

function isAttribute(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((number) => typeof number === "number");
  return value === null || ["number", "string", "boolean"].includes(typeof value);
}
