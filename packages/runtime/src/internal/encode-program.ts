import { quantRanges } from "@octavo/spec";
import type { Program, ProgramOp, ProgramValue, QuantizedDType } from "@octavo/spec";

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
  readonly ops: readonly EncodedOp[];
}

/**
 * `name` 0: that of the op that makes it. `qparams`: scale, zero point and, unless they are the dtype's, quantMin and
 * quantMax; 0 for none. `otherFormat` 1: contiguous at rank 3 to 5.
 */
export type EncodedValue = readonly [
  name: string | 0,
  dtype: string,
  shape: readonly number[],
  qparams?: readonly number[] | 0,
  otherFormat?: 1,
];

/** `constants`: a role alone when the constant is called `<name of the op>.<role>`, else `role=name`. */
export type EncodedOp = readonly [
  op: string,
  version: number,
  name: string,
  inputs: readonly number[],
  outputs: readonly number[],
  constants?: readonly string[],
  attributes?: ProgramOp["attributes"],
];

export function encodeProgram(program: Program): string {
  const makers = new Map(
    program.ops.flatMap(({ outputs, name }) => outputs.map((value) => [value, name] as const)),
  );
  const encoded: EncodedProgram = {
    formatVersion: program.formatVersion,
    name: program.name,
    inputs: program.inputs,
    outputs: program.outputs,
    values: program.values.map((value, index) => encodeValue(value, makers.get(index))),
    ops: program.ops.map(encodeOp),
  };
  return JSON.stringify(encoded);
}

function encodeValue(
  { name, dtype, shape, memoryFormat, qparams }: ProgramValue,
  maker?: string,
): EncodedValue {
  const otherFormat = memoryFormat === usualFormat(shape) ? undefined : 1;
  const start = [name === maker ? 0 : name, dtype, shape] as const;
  if (!qparams) return otherFormat ? [...start, 0, otherFormat] : start;
  const { scale, zeroPoint, quantMin, quantMax } = qparams;
  const [smallest, largest] = quantRanges[dtype as QuantizedDType];
  const range = quantMin === smallest && quantMax === largest ? [] : [quantMin, quantMax];
  const numbers = [shortenFloat(scale), zeroPoint, ...range];
  return otherFormat ? [...start, numbers, otherFormat] : [...start, numbers];
}

function encodeOp({ op, version, name, inputs, outputs, constants, attributes }: ProgramOp): EncodedOp {
  const start = [op, version, name, inputs, outputs] as const;
  const names = Object.entries(constants).map(([role, constant]) =>
    constant === `${name}.${role}` ? role : `${role}=${constant}`,
  );
  if (Object.keys(attributes).length > 0) return [...start, names, attributes];
  return names.length > 0 ? [...start, names] : start;
}

/** The format that needs no word in a file. */
export function usualFormat(shape: readonly number[]): ProgramValue["memoryFormat"] {
  return shape.length >= 3 && shape.length <= 5 ? "channelsLast" : "contiguous";
}
