import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError } from "@octavo/spec";
import { GoldenCase } from "./golden-case.ts";
import type { RawGoldenCase } from "./golden-case.ts";
import { readGoldenTensors } from "./golden-tensor.ts";
import type { GoldenTensor } from "./golden-tensor.ts";

/** PyTorch's numbers for one group of operators or flows. */
export interface Goldens {
  readonly group: string;
  /** Title for `describe`: names the group, and says so when its files are absent. */
  readonly title: string;
  /** True when the files are not there: `describe.skipIf(group.absent)(group.title, …)` skips visibly. */
  readonly absent: boolean;
  readonly about: string;
  readonly cases: readonly GoldenCase[];
  /** Every other field of the group's file, as JSON. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Cases whose name starts with one of the prefixes; an error if the group is there and a prefix has none. */
  select(...prefixes: readonly string[]): readonly GoldenCase[];
}

const loaded = new Map<string, Goldens>();

/**
 * Reads `<folder>/<group>.json` and, where there is one, `<group>.safetensors`. The folder is `goldens/` at the root of
 * the repository, or `OCTAVO_GOLDENS`.
 */
export function goldens(group: string): Goldens {
  const path = join(process.env.OCTAVO_GOLDENS || join(repositoryRoot(), "goldens"), group);
  const known = loaded.get(path) ?? load(group, path);
  loaded.set(path, known);
  return known;
}

function load(group: string, path: string): Goldens {
  const absent = !existsSync(`${path}.json`);
  const title = absent ? `goldens: ${group} (skipped: no ${path}.json)` : `goldens: ${group}`;
  const {
    about = "",
    cases: raw = [],
    ...extra
  } = absent ? {} : JSON.parse(readFileSync(`${path}.json`, "utf8"));
  const hasTensors = existsSync(`${path}.safetensors`);
  const tensors = hasTensors ? readGoldenTensors(`${path}.safetensors`) : new Map<string, GoldenTensor>();
  const cases = (raw as RawGoldenCase[]).map((row) => new GoldenCase(row, tensors));
  const withPrefix = (prefix: string) => {
    const found = cases.filter((row) => row.name.startsWith(prefix));
    if (found.length > 0 || absent) return found;
    throw new ArgumentError({ where: title, expected: `cases named ${prefix}…`, got: "none" });
  };
  const select = (...prefixes: readonly string[]) => prefixes.flatMap(withPrefix);
  return { group, title, absent, about, cases, extra, select };
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "pnpm-workspace.yaml"))) {
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}
