// Runs every program that the documentation shows: README blocks, @example blocks, examples/*/index.ts.
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { expectationsIn, unmetExpectations, unshownOutputs } from "./examples/expectations.ts";
import { exampleGroups, workspaceNames, type Group } from "./examples/groups.ts";
import { runPrograms, type Result } from "./examples/run-programs.ts";
import { typeErrors } from "./examples/type-check.ts";

const root = dirname(import.meta.dirname);
const groups = exampleGroups(root);
const timeout = 300_000;

/** Each group's results, by URL; a few children at a time. */
const results = runAll(groups);

describe.each(groups)("$name", ({ name, programs, missing }) => {
  if (missing) it.skip(missing);
  for (const { name: program, url, source, line, code } of programs) {
    it(program, { timeout }, async () => {
      const { error, outputs } = (await results.get(name))!.find((result) => result.url === url)!;
      if (error) throw new Error(`${program} failed:\n${error}`);
      const expected = expectationsIn(source, line);
      expect(unmetExpectations(expected, outputs)).toEqual([]);
      const isBlock = code !== undefined;
      if (isBlock) expect(unshownOutputs(expected, outputs)).toEqual([]);
    });
  }
});

it("the types of every example are right", { timeout }, async () => {
  const programs = groups.flatMap((group) => group.programs).filter(({ code }) => code !== undefined);
  expect(await typeErrors(root, programs)).toEqual([]);
});

function runAll(all: readonly Group[]): Map<string, Promise<Result[]>> {
  const fallbacks = workspaceNames(root);
  const waiting: (() => void)[] = [];
  let free = availableParallelism();
  const run = async ({ programs }: Group) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await runPrograms(programs, { execArgv: ["--conditions=@octavo/source"], fallbacks, cwd: root });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
  return new Map(all.map((group) => [group.name, run(group)]));
}
