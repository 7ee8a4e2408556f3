import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Package } from "../arrows/workspace.ts";
import { sizeProblems, withSize } from "./size.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A package with this README and so many bytes that do not compress, as code. */
function packageOf(readme: string, bytes: number): Package {
  const folder = mkdtempSync(join(tmpdir(), "size-"));
  folders.push(folder);
  mkdirSync(join(folder, "dist"));
  const noise = Array.from({ length: bytes }, () => Math.floor(Math.random() * 64).toString(36)).join("");
  writeFileSync(
    join(folder, "dist", "index.js"),
    `/** A comment: ${"x".repeat(9)} */\nexport const a = "${noise}";\n`,
  );
  writeFileSync(join(folder, "README.md"), readme);
  return { short: "a", folder, manifest: { name: "@octavo/a" }, files: [], isStub: false };
}

const readme = "# a\n\n```sh\nnpm install a\nnpm install b # too\n```\n\nMore.\n";

it("a line is written below the install command, and then it is right", () => {
  const one = packageOf(readme, 20_000);
  expect(sizeProblems(one)).toHaveLength(1);
  const written = withSize(one);
  expect(written).toMatch(/too\n```\n\nSize: \d+ kB of JavaScript, gzipped\.\n\nMore\./);
  writeFileSync(join(one.folder, "README.md"), written);
  expect(sizeProblems(one)).toEqual([]);
  expect(withSize(one)).toBe(written);
});

it("a line that is wrong is a problem, and is put right", () => {
  const one = packageOf(`${readme}\nSize: 1.0 kB of JavaScript, gzipped.\n`, 20_000);
  expect(sizeProblems(one)[0]).toMatch(/^a: its README says "Size: 1\.0 kB .* and should say "Size: \d\d kB/);
  expect(withSize(one).match(/^Size:/gm)).toHaveLength(1);
});

it("a README without an install command is an error", () => {
  expect(() => withSize(packageOf("# a\n", 10))).toThrow("no block in its README");
});
