import { formatsCoincide } from "@octavo/spec";
import type { ProgramValue } from "@octavo/spec";

import { sameShape } from "../step.ts";
import type { Step } from "../step.ts";

/** Values whose elements correspond one to one in memory: same shape, and same format where formats differ at all. */
export function expectAligned(step: Step, ...values: readonly ProgramValue[]): void {
  const [first, ...others] = values;
  for (const other of others) {
    if (!sameShape(first.shape, other.shape)) {
      step.fail(`'${other.name}' of the shape of '${first.name}', [${first.shape}]`, `[${other.shape}]`);
    }
    if (first.memoryFormat !== other.memoryFormat && !formatsCoincide(first.shape)) {
      step.fail(`'${other.name}' in ${first.memoryFormat} format, like '${first.name}'`, other.memoryFormat);
    }
  }
}
