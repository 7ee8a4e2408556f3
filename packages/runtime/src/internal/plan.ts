import { dtypes, numberOfElements } from "@octavo/spec";
import type { Program, ProgramValue } from "@octavo/spec";

import { opTable } from "../op-table.ts";
import { Step, withBatch } from "../step.ts";
import type { ArenaLayout, Lifetime } from "./arena.ts";

/** Where everything lies while a program runs with one batch size. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Values with the batch in their shapes. */
  readonly values: readonly ProgramValue[];
  /** Byte offset in the arena, per value. */
  readonly offsets: readonly number[];
  /** Byte offset and length of each step's scratch memory. */
  readonly scratch: readonly { readonly offset: number; readonly bytes: number }[];
  readonly byteLength: number;
}

/** A program's ops and values at one batch size. */
export type BatchedProgram = Pick<Plan, "steps" | "values">;

/** @param same the ops at another batch size, as far as they are known */
export function batchedProgram(program: Program, batch: number, same: readonly Step[] = []): BatchedProgram {
  const values = program.values.map((value) => withBatch(value, batch));
  const batched = { ...program, values };
  return {
    values,
    steps: program.ops.map((_, index) => new Step(batched, index, undefined, same[index])),
  };
}

/** @param layout `planArena`, or `separateBuffers`, which also keeps ops from running in place. */
export function planProgram(
  program: Program,
  batch: number,
  layout: (lifetimes: readonly Lifetime[]) => ArenaLayout,
  inPlace: boolean,
  { steps, values }: BatchedProgram = batchedProgram(program, batch),
): Plan {
  const bytes = values.map(({ shape, dtype }) => numberOfElements(shape) * dtypes[dtype].bytes);
  const lastUse = lastUses(program);

  const buffers: { bytes: number; first: number; last: number }[] = [];
  const bufferOf = new Map<number, number>();
  const create = (value: number, first: number) => {
    bufferOf.set(value, buffers.length);
    buffers.push({ bytes: bytes[value], first, last: Math.max(first, lastUse[value]) });
  };
  const scratchBuffers: number[] = [];
  for (const value of program.inputs) create(value, -1);
  program.ops.forEach(({ op, inputs, outputs }, index) => {
    const definition = opTable.get(op)!;
    const first = outputs[0];
    const places = inPlace ? definition.inPlace?.(steps[index]) : undefined;
    const under = places
      ?.map((position) => inputs[position])
      .find((input) => lastUse[input] === index && bytes[input] === bytes[first]);
    if (under === undefined) create(first, index);
    else {
      const buffer = bufferOf.get(under)!;
      bufferOf.set(first, buffer);
      buffers[buffer].last = Math.max(index, lastUse[first]);
    }
    for (let i = 1; i < outputs.length; i++) create(outputs[i], index);
    scratchBuffers.push(buffers.length);
    buffers.push({ bytes: definition.scratchBytes?.(steps[index]) ?? 0, first: index, last: index });
  });

  const { offsets, byteLength } = layout(buffers);
  return {
    steps,
    values,
    offsets: values.map((_, value) => offsets[bufferOf.get(value) ?? 0]),
    scratch: scratchBuffers.map((buffer) => ({ offset: offsets[buffer], bytes: buffers[buffer].bytes })),
    byteLength,
  };
}

/** Index of the last op that reads each value; outputs of the program live to the end. */
function lastUses(program: Program): number[] {
  const last = new Array<number>(program.values.length).fill(-1);
  program.ops.forEach(({ inputs }, index) => inputs.forEach((value) => (last[value] = index)));
  for (const value of program.outputs) last[value] = program.ops.length;
  return last;
}
