import { FormatError, numberOfElements } from "@octavo/spec";

import { storedDTypes } from "../stored-dtype.ts";
import type { StoredDType } from "../stored-dtype.ts";

/** A header entry that has been checked: its bytes are `begin … end` of the data section. */
export interface Entry {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const known = ["dtype", "shape", "data_offsets"];

/** @throws FormatError unless `value` is `{ dtype, shape, data_offsets }`, inside the data and of the right size. */
export function checkEntry(name: string, value: unknown, dataLength: number, file: string): Entry {
  const fail = (expected: string, got: unknown, hint?: string): never => {
    throw new FormatError({ where: `${file}, tensor '${name}'`, expected, got: shorten(got), hint });
  };
  const fields = isRecord(value) ? value : fail("an object", value);
  for (const key of Object.keys(fields)) {
    if (!known.includes(key))
      fail(
        "dtype, shape and data_offsets only",
        Object.keys(fields).filter((field) => !known.includes(field)),
      );
  }
  const { dtype, shape, data_offsets: offsets } = fields;
  if (typeof dtype !== "string" || !Object.hasOwn(storedDTypes, dtype)) {
    return fail(`a dtype among ${Object.keys(storedDTypes).join(", ")}`, dtype);
  }
  if (!isSizes(shape)) return fail("a shape of sizes ≥ 0", shape);
  if (!isSizes(offsets) || offsets.length !== 2) return fail("data_offsets [begin, end]", offsets);
  const begin = offsets[0];
  const end = offsets[1];
  if (begin > end) fail("data_offsets [begin, end]", offsets);
  if (end > dataLength) {
    fail(`data_offsets within the ${dataLength} bytes of data`, offsets, "The file is truncated.");
  }
  const bytes = numberOfElements(shape) * storedDTypes[dtype as StoredDType].bytes;
  if (bytes !== end - begin) fail(`${bytes} bytes for ${dtype} of shape [${shape}]`, `${end - begin} bytes`);
  return { name, dtype: dtype as StoredDType, shape, begin, end };
}

/** @throws FormatError unless the entries cover the data exactly, each byte once. */
export function checkCoverage(entries: readonly Entry[], dataLength: number, where: string): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const got = `byte ${begin} (${begin < covered ? "tensors overlap" : "a gap"})`;
      throw new FormatError({
        where,
        expected: `tensor '${name}' to begin at byte ${covered} of the data`,
        got,
      });
    }
    covered = end;
  }
  if (covered !== dataLength) {
    const hint = "The file is damaged, or something was appended to it.";
    throw new FormatError({ where, expected: `${covered} bytes of data`, got: `${dataLength}`, hint });
  }
}

/** @throws FormatError unless `value` is an object of strings. */
export function checkMetadata(value: unknown, where: string): Record<string, string> {
  if (!isRecord(value) || Object.values(value).some((text) => typeof text !== "string")) {
    throw new FormatError({
      where,
      expected: "__metadata__ to be an object of strings",
      got: shorten(value),
    });
  }
  return value as Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false;
  // A loop, since it runs for each tensor of a file before any compiler has seen it.
  for (let i = 0; i < value.length; i++) if (!Number.isSafeInteger(value[i]) || value[i] < 0) return false;
  return true;
}

function shorten(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
