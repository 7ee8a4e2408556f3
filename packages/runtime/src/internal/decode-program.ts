import { FormatError, quantRanges } from "@octavo/spec";
import type { Program, ProgramOp, ProgramQParams, ProgramValue, QuantizedDType } from "@octavo/spec";

import type { EncodedKind, EncodedOp, EncodedProgram, EncodedValue } from "./encode-program.ts";
import { usualDType, usualFormat } from "./encode-program.ts";
import { formatVersion, requireFormatVersion } from "./format-version.ts";

/**
 * The inverse of `encodeProgram`. Only the types of the fields are checked here; `checkProgram` checks what they say.
 * @throws FormatError for a newer version or anything that `encodeProgram` would not write.
 */
export function decodeProgram(json: string, where: string): Omit<Program, "constants"> {
  const encoded = parse(json, where) as EncodedProgram;
  requireFormatVersion(encoded?.formatVersion, where);
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
  /** Of each value: the name of the op that makes it. */
  const makers = new Map<number, string>();
  for (const op of ops) for (const value of op[3]) makers.set(value, op[1]);
  return {
    formatVersion,
    name,
    inputs,
    outputs,
    values: values.map((value, index) => decodeValue(value, makers.get(index) ?? "")),
    ops: ops.map((op) => decodeOp(op, kinds[op[0]])),
  };
}

// By index, not by patterns: these run once for each value and op, and patterns of arrays make iterators then.

function decodeValue(encoded: EncodedValue, maker: string): ProgramValue {
  const name = encoded[0];
  const shape = encoded[1];
  const qparams = encoded[2];
  const usual = usualFormat(shape);
  const other = usual === "contiguous" ? "channelsLast" : "contiguous";
  const own = (encoded[3] || usualDType(qparams)) as ProgramValue["dtype"];
  return {
    name: name === 0 ? maker : name,
    dtype: own,
    shape,
    memoryFormat: encoded[4] ? other : usual,
    ...(qparams && { qparams: decodeQParams(qparams, own) }),
  };
}

function decodeQParams(encoded: readonly number[], dtype: string): ProgramQParams {
  const range = encoded.length > 2 ? encoded.slice(2) : quantRanges[dtype as QuantizedDType];
  return {
    scale: Math.fround(encoded[0]),
    zeroPoint: encoded[1],
    quantMin: range?.[0] ?? NaN,
    quantMax: range?.[1] ?? NaN,
  };
}

function decodeOp(encoded: EncodedOp, kind: EncodedKind): ProgramOp {
  const name = encoded[1];
  const constants: [string, string][] = [];
  for (let i = 2; i < kind.length; i++) {
    const text = kind[i] as string;
    const at = text.indexOf("=");
    constants.push(at < 0 ? [text, `${name}.${text}`] : [text.slice(0, at), text.slice(at + 1)]);
  }
  return {
    op: kind[0],
    version: kind[1],
    name,
    inputs: encoded[2],
    outputs: encoded[3],
    constants: Object.fromEntries(constants),
    attributes: encoded[4] ?? {},
  };
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError({ where, expected: "a program in JSON", got: (cause as Error).message, cause });
  }
}

function isIntegers(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (!Number.isInteger(value[i])) return false;
  return true;
}

function isValue(value: unknown): value is EncodedValue {
  if (!Array.isArray(value) || !isName(value[0]) || !isIntegers(value[1])) return false;
  const qparams: unknown = value[2];
  const dtype: unknown = value[3];
  const otherFormat: unknown = value[4];
  const hasQParams = qparams === undefined || qparams === 0 || isQParams(qparams);
  return (
    hasQParams && (dtype === undefined || isName(dtype)) && (otherFormat === undefined || otherFormat === 1)
  );
}

function isQParams(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    (value.length === 2 || value.length === 4) &&
    value.every((number) => typeof number === "number")
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
  const kind: unknown = value[0];
  const hasKind = Number.isInteger(kind) && (kind as number) >= 0 && (kind as number) < kinds;
  return (
    hasKind &&
    typeof value[1] === "string" &&
    isIntegers(value[2]) &&
    isIntegers(value[3]) &&
    (value[4] === undefined || areAttributes(value[4]))
  );
}

function areAttributes(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isAttribute);
}

function isName(value: unknown): boolean {
  return value === 0 || typeof value === "string";
}

function isAttribute(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((number) => typeof number === "number");
  return value === null || ["number", "string", "boolean"].includes(typeof value);
}
