import { FormatError, numberOfElements } from "@octavo/spec";
import type { ObserverState } from "../observer.ts";

/** A float32 copy of one buffer; `FormatError` unless it has `length` elements, where that is given. */
export type ReadBuffer = (name: string, length?: number) => Float32Array;

/** Reader of an observer's buffers. @throws FormatError unless `state` has exactly these names. */
export function readState(state: ObserverState, names: readonly string[], where: string): ReadBuffer {
  const got = Object.keys(state);
  if (got.length !== names.length || !names.every((name) => Object.hasOwn(state, name))) {
    const list = (entries: readonly string[]) => entries.join(", ") || "no entries";
    throw new FormatError({ where, expected: `state ${list(names)}`, got: list(got) });
  }
  return (name, length) => {
    const { data, shape } = state[name];
    const expected = length ?? numberOfElements(shape);
    if (data.length === expected && numberOfElements(shape) === expected) return Float32Array.from(data);
    const got = `${data.length} of shape (${shape.join(", ")})`;
    throw new FormatError({ where: `${where}: ${name}`, expected: `${expected} elements`, got });
  };
}
