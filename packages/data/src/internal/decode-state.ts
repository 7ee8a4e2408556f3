import { FormatError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

import type { Tagged } from "./encode-state.ts";

type TagOf<T> = T extends object ? keyof T : never;

/** State from what `encodeState` made, as JSON text. @throws FormatError for anything else. */
export function decodeState(
  text: string | undefined,
  tensors: ReadonlyMap<string, Tensor>,
  where: string,
): unknown {
  const damaged = (got: string) => new FormatError({ where, expected: "the state of a checkpoint", got });
  const readers: Readonly<Record<string, (value: any) => unknown>> = {
    $tensor: (name: string) => {
      const tensor = tensors.get(name);
      if (!tensor) throw damaged(`no tensor '${name}'`);
      return tensor;
    },
    $map: (entries: readonly (readonly [string, unknown])[]) =>
      new Map(entries.map(([key, value]) => [key, value])),
    $number: Number,
  } satisfies Record<TagOf<Tagged>, unknown>;
  try {
    // Children come first, so a reader sees decoded values.
    return JSON.parse(text ?? "", (_, value: unknown) => {
      const [tag, ...others] = value !== null && typeof value === "object" ? Object.keys(value) : [];
      const read = others.length === 0 && tag?.startsWith("$") ? readers[tag] : undefined;
      return read ? read((value as Record<string, unknown>)[tag]) : value;
    });
  } catch (cause) {
    throw cause instanceof FormatError ? cause : damaged("text that cannot be read");
  }
}
