import type { StoredTensor } from "@octavo/safetensors";
import { ArgumentError } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

import { toStored } from "./to-stored.ts";

/** What JSON lacks, as an object with one key. `decodeState` reads it. */
export type Tagged =
  | { readonly $tensor: string }
  | { readonly $map: readonly (readonly [string, unknown])[] }
  /** NaN, ±∞ and −0, as JavaScript prints them. */
  | { readonly $number: string };

/**
 * State as JSON; copies of its tensors go to `tensors` under their paths.
 * @throws ArgumentError naming the path of what is no data. @throws DTypeError for quantized tensors.
 */
export function encodeState(state: unknown, path: string, tensors: Map<string, StoredTensor>): unknown {
  const inside = (key: string | number, value: unknown) => encodeState(value, `${path}.${key}`, tensors);
  if (state instanceof Tensor) {
    tensors.set(path, toStored(path, state));
    return { $tensor: path } satisfies Tagged;
  }
  if (state instanceof Map) {
    return { $map: [...state].map(([key, value]) => [key, inside(key, value)]) } satisfies Tagged;
  }
  if (Array.isArray(state)) return state.map((value, i) => inside(i, value));
  if (typeof state === "number" && !Object.is(JSON.parse(JSON.stringify(state)), state)) {
    return { $number: Object.is(state, -0) ? "-0" : String(state) } satisfies Tagged;
  }
  if (isPlainObject(state)) {
    const entries = Object.entries(state).filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries.map(([key, value]) => [requireKey(key, path), inside(key, value)]));
  }
  if (state === null || ["number", "string", "boolean"].includes(typeof state)) return state;
  throw new ArgumentError({
    where: `checkpoint, ${path}`,
    expected: "data: tensors, numbers, strings, booleans, null, arrays, plain objects, maps",
    got: typeof state === "object" ? (state.constructor?.name ?? "an object") : typeof state,
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}

/** Keys with a dollar sign mean something else here. */
function requireKey(key: string, path: string): string {
  if (!key.startsWith("$")) return key;
  throw new ArgumentError({ where: `checkpoint, ${path}`, expected: "keys without $ in front", got: key });
}
