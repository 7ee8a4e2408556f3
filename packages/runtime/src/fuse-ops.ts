import type { Program, ProgramOp } from "@octavo/spec";

import { fusionTable } from "./fusion-table.ts";
import type { OpFusion } from "./op-fusion.ts";
import { Step } from "./step.ts";

/**
 * A checked program with as few ops as the fusions make of it. A fused op stands where the second of its two was: all that both
 * read is there. It may be fused again, with ops before it and behind it.
 *
 * @param checked its ops, as far as they are known
 */
export function fuseOps(
  program: Program,
  fusions: readonly OpFusion[] = fusionTable,
  checked: readonly Step[] = [],
): Program {
  const reads = countReads(program);
  /** In order. */
  const ops = new Set<ProgramOp>();
  /** Values that are read once, with the op that makes each and nothing else, and when it does. */
  const makers = new Map<number, { readonly step: Step; readonly when: number }>();
  for (let when = 0; when < program.ops.length; when++) {
    const step = absorb(checked[when] ?? new Step(program, when));
    const { outputs } = step.op;
    ops.add(step.op);
    if (outputs.length === 1 && reads[outputs[0]] === 1) makers.set(outputs[0], { step, when });
  }
  return ops.size < program.ops.length ? withoutUnmade({ ...program, ops: [...ops] }) : program;

  /** The op, or what it becomes with ops before it. Of several the last is tried first: it has the least to wait for. */
  function absorb(reader: Step): Step {
    const candidates = reader.op.inputs.flatMap((value) => makers.get(value) ?? []);
    if (candidates.length > 1) candidates.sort((a, b) => b.when - a.when);
    for (const { step: first } of candidates) {
      const fused = fuse(first, reader, fusions);
      if (!fused) continue;
      ops.delete(first.op);
      makers.delete(first.op.outputs[0]);
      return absorb(new Step({ ...program, ops: [fused] }, 0));
    }
    return reader;
  }
}

function fuse(first: Step, reader: Step, fusions: readonly OpFusion[]): ProgramOp | null {
  const operand = reader.op.inputs.indexOf(first.op.outputs[0]);
  for (const fusion of fusions) {
    const fused = fusion(first, reader, operand);
    if (fused) return { ...fused, name: `${first.op.name} + ${reader.op.name}`, outputs: reader.op.outputs };
  }
  return null;
}

/** How often each value is read; being an output of the program counts. */
function countReads({ values, ops, outputs }: Program): number[] {
  const reads = new Array<number>(values.length).fill(0);
  for (const value of [...ops.flatMap(({ inputs }) => inputs), ...outputs]) reads[value]++;
  return reads;
}

/** Without the values that no op makes any more. */
function withoutUnmade(program: Program): Program {
  const made = new Set([...program.inputs, ...program.ops.flatMap(({ outputs }) => outputs)]);
  const kept = [...program.values.keys()].filter((value) => made.has(value));
  const places = new Map(kept.map((value, place) => [value, place]));
  const moved = (values: readonly number[]) => values.map((value) => places.get(value)!);
  return {
    ...program,
    inputs: moved(program.inputs),
    outputs: moved(program.outputs),
    values: kept.map((value) => program.values[value]),
    ops: program.ops.map((op) => ({ ...op, inputs: moved(op.inputs), outputs: moved(op.outputs) })),
  };
}
