import type { QParams } from "@octavo/spec";

/** Whether two activations mean the same by their integers; usually it is the same object. */
export function sameQParams(a: QParams | null, b: QParams | null): boolean {
  if (a === b) return true;
  return (
    a !== null &&
    b !== null &&
    a.dtype === b.dtype &&
    a.axis === b.axis &&
    a.scale[0] === b.scale[0] &&
    a.zeroPoint[0] === b.zeroPoint[0] &&
    a.quantMin === b.quantMin &&
    a.quantMax === b.quantMax
  );
}
