import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { docBlocks, markdownBlocks } from "./blocks.ts";
import { expectationsIn, unmetExpectations, unshownOutputs } from "./expectations.ts";
import { exampleGroups, workspaceNames } from "./groups.ts";
import { runPrograms } from "./run-programs.ts";
import { typeErrors } from "./type-check.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A workspace whose package `a` has these files. */
function tree(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), "examples-"));
  folders.push(root);
  const manifest = {
    name: "@octavo/a",
    type: "module",
    exports: { ".": { "@octavo/source": "./src/index.ts" } },
  };
  const all = {
    "package.json": "{}",
    "packages/a/package.json": JSON.stringify(manifest),
    "packages/a/src/index.ts": "export const one: number = 1;",
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

const fence = (code: string, language = "ts") => `\`\`\`${language}\n${code}\n\`\`\``;

async function runTree(files: Record<string, string>) {
  const root = tree(files);
  const programs = exampleGroups(root).flatMap((group) => group.programs);
  const options = { execArgv: ["--conditions=@octavo/source"], fallbacks: workspaceNames(root) };
  return { programs, results: await runPrograms(programs, options) };
}

describe("blocks", () => {
  it("are the ts blocks of a README, with their lines", () => {
    const markdown = `# A\n\n${fence("one;")}\n\n${fence("npm i", "sh")}\n${fence("two;", "ts ignore")}\n${fence("3;\n4;")}\n`;
    expect(markdownBlocks("README.md", markdown)).toEqual([
      { file: "README.md", line: 4, code: "one;" },
      { file: "README.md", line: 14, code: "3;\n4;" },
    ]);
  });

  it("are the @example blocks of doc comments, fenced or not", () => {
    const source = [
      "/**",
      " * Adds.",
      " * @example",
      " * ```ts",
      " * add(1, 2);",
      " * @decorated x",
      " * ```",
      " * @example",
      " * if (x)",
      " *   add(3);",
      " * @returns a sum",
      " */",
      "// @example no",
    ].join("\n");
    expect(docBlocks("add.ts", source)).toEqual([
      { file: "add.ts", line: 5, code: "add(1, 2);\n@decorated x" },
      { file: "add.ts", line: 9, code: "if (x)\n  add(3);" },
    ]);
  });
});

describe("expectations", () => {
  const check = (code: string, ...outputs: [number, string][]) =>
    unmetExpectations(
      expectationsIn(code, 1),
      outputs.map(([line, text]) => ({ line, text })),
    );

  it("are met by what the same line printed", () => {
    expect(check("log(1); // → 1\nlog(2); // → 2", [1, "1"], [2, "2"])).toEqual([]);
    expect(check("log(1); // → 1\nlog(2); // → 2", [1, "2"], [2, "1"])).toHaveLength(2);
  });

  it("go on over the lines below", () => {
    expect(check("log(m);\n// → a\n// →   b", [1, "a\n  b"])).toEqual([]);
    expect(check("log(m);\n// → a\n// →   b", [1, "a"])).toHaveLength(1);
  });

  it("take … for anything", () => {
    expect(check("log(t); // → took … ms, ok.", [1, "took 12 ms, ok."])).toEqual([]);
    expect(check("log(t); // → took … ms, ok.", [1, "took 12 ms, okay"])).toHaveLength(1);
  });

  it("fail when nothing was printed", () => {
    expect(check("f(); // → 1")).toEqual(["line 1: expected\n1\nbut it printed\n(nothing)"]);
  });
});

describe("outputs", () => {
  const check = (code: string, ...outputs: [number, string][]) =>
    unshownOutputs(
      expectationsIn(code, 1),
      outputs.map(([line, text]) => ({ line, text })),
    );

  it("are shown, line by line", () => {
    expect(check("log(1); // → 1\nlog(2);\n// → 2", [1, "1"], [2, "2"])).toEqual([]);
    expect(check("log(1); // → 1\nlog(2);", [1, "1"], [2, "2"])).toEqual([
      'line 2: no "// →" shows that it printed\n2',
    ]);
  });

  it("are there", () => {
    expect(check("f();")).toEqual(["it prints nothing"]);
  });
});

describe("running", () => {
  it("imports the package by its own name, and compares by line", async () => {
    const readme = `# a\n\n${fence('import { one } from "@octavo/a";\nconst x: number = one;\nconsole.log(x); // → 1')}\n`;
    const { programs, results } = await runTree({ "packages/a/README.md": readme });
    expect(programs.map(({ name }) => name)).toEqual([join("packages", "a", "README.md:4")]);
    expect(results[0]!.error).toBeUndefined();
    expect(results[0]!.outputs).toEqual([{ line: 6, text: "1" }]);
  });

  it("lets the root's README use the packages", async () => {
    const { results } = await runTree({
      "README.md": fence('import { one } from "@octavo/a";\nconsole.log(one);'),
    });
    expect(results[0]!.outputs).toEqual([{ line: 3, text: "1" }]);
  });

  it("runs the guides in docs", async () => {
    const { programs, results } = await runTree({
      "docs/add.md": fence('import { one } from "@octavo/a";\nconsole.log(one);'),
      "docs/notes.txt": "no",
    });
    expect(programs.map(({ name }) => name)).toEqual([join("docs", "add.md:2")]);
    expect(results[0]!.outputs).toEqual([{ line: 3, text: "1" }]);
  });

  it("tells where an example failed, and goes on with the next", async () => {
    const { results } = await runTree({
      "packages/a/README.md": `${fence('throw new Error("no");')}\n${fence("1;")}`,
    });
    expect(results[0]!.error).toMatch(/Error: no\n.*README\.md\?line=2:2:7/s);
    expect(results[1]!.error).toBeUndefined();
  });

  it("fails an example that ends the process, or rejects unheard", async () => {
    expect((await runTree({ "README.md": fence("process.exit(3);") })).results[0]!.error).toContain("with 3");
    const late = fence(
      'void Promise.reject(new Error("late"));\nawait new Promise((r) => setTimeout(r, 100));',
    );
    expect((await runTree({ "README.md": late })).results[0]!.error).toContain("late");
  });

  it("runs examples/*/index.ts", async () => {
    const { results } = await runTree({ "examples/01-a/index.ts": "const x: number = 2;\nconsole.log(x);" });
    expect(results[0]!.outputs).toEqual([{ line: 2, text: "2" }]);
  });

  it("shows packages that lack a README, unless nothing is written yet", () => {
    expect(exampleGroups(tree({}))).toEqual([expect.objectContaining({ missing: "a has no README.md yet" })]);
    expect(exampleGroups(tree({ "packages/a/src/index.ts": "export {};" }))).toEqual([]);
  });
});

it("the compiler's errors name the README and its line", async () => {
  const root = dirname(dirname(import.meta.dirname));
  const code = "\n\nconst text: string = 3;";
  const program = { name: "README.md:3", url: "file:///README.md", source: code, line: 3, code };
  expect(await typeErrors(root, [program])).toEqual([
    "README.md(3,7): error TS2322: Type 'number' is not assignable to type 'string'.",
  ]);
});
