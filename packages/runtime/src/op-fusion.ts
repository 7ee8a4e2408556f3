import type { ProgramOp } from "@octavo/spec";

import type { Step } from "./step.ts";

/** What an op that takes the place of two does. It gets the names of both, and the outputs of the second. */
export type FusedOp = Omit<ProgramOp, "name" | "outputs">;

/**
 * Makes one op of two, with the same bits: when a session is made, whose program stays as it was lowered, or by `lower`, in the program itself.
 *
 * @param first has one output, which `reader` reads once and nothing else does.
 * @param operand which input of the reader that is; its other inputs are there when the fused op runs.
 * @returns null: these two stay two.
 */
export type OpFusion = (first: Step, reader: Step, operand: number) => FusedOp | null;
