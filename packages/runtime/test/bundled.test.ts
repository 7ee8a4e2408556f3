import { ArgumentError, KernelError } from "@octavo/spec";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, expect, test } from "vitest";

import type * as runtime from "../src/index.ts";
import { smallProgram } from "./small-program.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "octavo-bundled-")));
afterAll(() => rmSync(folder, { recursive: true }));

/** The runtime, minified, and what else is asked for, in a folder of its own. */
async function bundled(format: "esm" | "cjs", ...others: string[]): Promise<typeof runtime> {
  const dir = join(folder, [format, ...others].join("-"));
  mkdirSync(dir);
  writeFileSync(
    join(dir, "package.json"),
    JSON.stringify({ type: format === "esm" ? "module" : "commonjs" }),
  );
  const bundle = await rolldown({
    input: ["index", ...others].map((name) => join(import.meta.dirname, `../src/${name}.ts`)),
    external: /^@octavo\/kernels-|^node:/,
    resolve: { conditionNames: ["@octavo/source"] },
    // As bundlers do that know of no address in this format.
    transform: format === "cjs" ? { define: { "import.meta.url": "undefined" } } : {},
    checks: { emptyImportMeta: false },
  });
  await bundle.write({ dir, format, minify: true });
  return import(pathToFileURL(join(dir, "index.js")).href) as Promise<typeof runtime>;
}

const image = (value: number) => ({ data: new Float32Array(40).fill(value), shape: [1, 2, 5, 4] });
const kernels = { use: "reference" };

test("runAsync works in a minified bundle, and rejects with errors of the same class and name as run", async () => {
  const { load } = await bundled("esm", "session-worker");
  using session = await load(smallProgram(), { kernels });
  expect(await session.runAsync(image(0.3))).toEqual(session.run(image(0.3)));
  const failureOf = async (run: () => unknown) => {
    try {
      return await run();
    } catch (error) {
      return error;
    }
  };
  const here = (await failureOf(() => session.run(image(NaN)))) as Error;
  const there = (await failureOf(() => session.runAsync(image(NaN)))) as Error;
  expect(String(there)).toBe(String(here));
  expect(there.constructor).toBe(here.constructor);
  expect(there.name).toBe(ArgumentError.name);
});

test("a bundle without the worker's script says what to do", async () => {
  const { load } = await bundled("esm");
  using session = await load(smallProgram(), { kernels });
  await expect(session.runAsync(image(0.3))).rejects.toThrow(
    /^runAsync of 'net': expected the worker to answer, got .*session-worker.js.*\nBundle session-worker.js of @octavo\/runtime/s,
  );
});

test("so does one that does not know where it is", async () => {
  const { load } = await bundled("cjs");
  using session = await load(smallProgram(), { kernels });
  const error = await session.runAsync(image(0.3)).catch((error: Error) => error);
  expect(String(error)).toMatch(
    /^KernelError: runAsync: expected an ES module, .*\nBundle session-worker.js/,
  );
  expect((error as Error).name).toBe(KernelError.name);
});
