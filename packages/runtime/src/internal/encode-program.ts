import { quantRanges } from "@octavo/spec";
import type { Program, ProgramOp, ProgramQParams, ProgramValue, QuantizedDType } from "@octavo/spec";

import { shortenFloat } from "./shorten-float.ts";

/** The key of a file's `__metadata__` that holds the program. */
export const metadataKey = "octavo.program";

/**
 * A program without its constants' data, as short JSON, for small files. Positions have the order below; trailing
 * entries that say nothing new are left out.
 */
export interface EncodedProgram {
  readonly formatVersion: number;
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly values: readonly EncodedValue[];
  readonly kinds: readonly EncodedKind[];
  readonly ops: readonly EncodedOp[];
}

/**
 * `name` 0: that of the op that makes it. `qparams`: scale, zero point and, unless they are the dtype's, quantMin and
 * quantMax; 0 for none. `dtype` 0: quint8 with qparams, float32 without. `otherFormat` 1: not the usual format.
 */
export type EncodedValue = readonly [
  name: string | 0,
  shape: readonly number[],
  qparams?: readonly number[] | 0,
  dtype?: string | 0,
  otherFormat?: 1,
];

/** What many ops share. A constant is its role alone when it is called `<name of the op>.<role>`, else `role=name`. */
export type EncodedKind = readonly [op: string, version: number, ...constants: string[]];

export type EncodedOp = readonly [
  kind: number,
  name: string,
  inputs: readonly number[],
  outputs: readonly number[],
  attributes?: ProgramOp["attributes"],
];

export function encodeProgram(program: Program): string {
  const makers = new Map(
    program.ops.flatMap(({ outputs, name }) => outputs.map((value) => [value, name] as const)),
  );
  const allKinds = program.ops.map((op) => JSON.stringify(kindOf(op)));
  const kinds = [...new Set(allKinds)];
  const encoded: EncodedProgram = {
    formatVersion: program.formatVersion,
    name: program.name,
    inputs: program.inputs,
    outputs: program.outputs,
    values: program.values.map((value, index) => encodeValue(value, makers.get(index))),
    kinds: kinds.map((kind) => JSON.parse(kind) as EncodedKind),
    ops: program.ops.map((op, index) => encodeOp(op, kinds.indexOf(allKinds[index]))),
  };
  return JSON.stringify(encoded);
}

function encodeValue(
  { name, dtype, shape, memoryFormat, qparams }: ProgramValue,
  maker?: string,
): EncodedValue {
  const otherFormat = memoryFormat === usualFormat(shape) ? [] : ([1] as const);
  const otherDType = dtype === usualDType(qparams) ? [] : [dtype];
  const trailing = otherFormat.length > 0 ? ([otherDType[0] ?? 0, 1] as const) : otherDType;
  const numbers = qparams ? encodeQParams(qparams, dtype as QuantizedDType) : 0;
  const start = [name === maker ? 0 : name, shape] as const;
  return numbers === 0 && trailing.length === 0 ? start : ([...start, numbers, ...trailing] as EncodedValue);
}

function encodeQParams(
  { scale, zeroPoint, quantMin, quantMax }: ProgramQParams,
  dtype: QuantizedDType,
): number[] {
  const [smallest, largest] = quantRanges[dtype];
  const range = quantMin === smallest && quantMax === largest ? [] : [quantMin, quantMax];
  return [shortenFloat(scale), zeroPoint, ...range];
}

function kindOf({ op, version, name, constants }: ProgramOp): EncodedKind {
  const named = Object.entries(constants).map(([role, constant]) =>
    constant === `${name}.${role}` ? role : `${role}=${constant}`,
  );
  return [op, version, ...named];
}

function encodeOp({ name, inputs, outputs, attributes }: ProgramOp, kind: number): EncodedOp {
  const start = [kind, name, inputs, outputs] as const;
  return Object.keys(attributes).length > 0 ? [...start, attributes] : start;
}

/** The dtype that needs no word in a file. */
export function usualDType(qparams: unknown): ProgramValue["dtype"] {
  return qparams ? "quint8" : "float32";
}

/** The format that needs no word in a file. */
export function usualFormat(shape: readonly number[]): ProgramValue["memoryFormat"] {
  return shape.length >= 3 && shape.length <= 5 ? "channelsLast" : "contiguous";
}
