import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { declaredArrows, drawArrows, drawnArrows, withArrows } from "./arrows/drawn.ts";
import { importsOf } from "./arrows/imports.ts";
import { arrowProblems } from "./arrows/rules.ts";
import { readWorkspace } from "./arrows/workspace.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

type Tree = Record<string, string | object>;

/** A workspace of `spec` and of `tensor`, which imports it; `changes` adds or replaces files. */
function workspace(changes: Tree = {}) {
  const root = mkdtempSync(join(tmpdir(), "arrows-"));
  folders.push(root);
  const files: Tree = {
    "package.json": { name: "fixture", devDependencies: { vitest: "*" } },
    "packages/spec/package.json": { name: "@octavo/spec", exports: { ".": {}, "./kernels/*": {} } },
    "packages/spec/src/index.ts": "export const one = 1;",
    "packages/tensor/package.json": tensorManifest(),
    "packages/tensor/src/index.ts": 'export { one } from "@octavo/spec";',
    ...changes,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return readWorkspace(root);
}

const tensorManifest = (more: object = {}) => ({
  name: "@octavo/tensor",
  exports: { ".": {} },
  dependencies: { "@octavo/spec": "workspace:^" },
  ...more,
});

const table = (tensorImports: string, more = "") =>
  `# Fixture\n\n## Arrows\n\nProse.\n\n| package | imports |\n|---|---|\n| \`spec\` | |\n| \`tensor\` | ${tensorImports} |\n${more}\n## Next\n`;

const problems = (changes: Tree, drawing = table("`spec`")) =>
  arrowProblems(workspace(changes), drawnArrows(drawing));

const tensorSource = (source: string, dependencies: object = { "@octavo/spec": "workspace:^" }): Tree => ({
  "packages/tensor/package.json": tensorManifest({ dependencies }),
  "packages/tensor/src/index.ts": `import "@octavo/spec";\n${source}`,
});

describe("check-arrows", () => {
  it("passes when imports, manifests and arrows agree", () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    ["a static import", 'import { x } from "left-pad";'],
    ["a type-only import", 'import type { X } from "left-pad";'],
    ["a re-export", 'export * from "left-pad";'],
    ["a dynamic import", 'await import("left-pad");'],
    ["an import type", 'type X = import("left-pad").X;'],
    ["require.resolve", 'require.resolve("left-pad/package.json");'],
  ])("fails on %s that the manifest lacks", (_, source) => {
    expect(problems(tensorSource(source))).toEqual([
      expect.stringMatching(
        /^packages.tensor.src.index\.ts:2: "left-pad.*" is not in the dependencies of tensor\/package\.json$/,
      ),
    ]);
  });

  it("does not take comments and strings for imports", () => {
    expect(problems(tensorSource('// import "a";\nexport const text = `import "b"`;'))).toEqual([]);
  });

  it("allows Node's own modules, with and without their prefix", () => {
    expect(problems(tensorSource('import "node:fs";\nimport "fs/promises";'))).toEqual([]);
  });

  it("fails on a dependency that nothing imports", () => {
    expect(problems(tensorSource("", { "@octavo/spec": "*", "left-pad": "*" }))).toEqual([
      "tensor/package.json: left-pad is in dependencies but nothing in src imports it",
    ]);
  });

  it("lets a package without source declare what it will import", () => {
    expect(problems({ "packages/tensor/src/index.ts": "export {};\n" })).toEqual([]);
  });

  it("lets tests import devDependencies, the package's and the workspace's", () => {
    const changes = {
      "packages/tensor/package.json": tensorManifest({ devDependencies: { "fast-check": "*" } }),
      "packages/tensor/src/tensor.test.ts": 'import "vitest";\nimport "fast-check";\nimport "@octavo/spec";',
    };
    expect(problems(changes)).toEqual([]);
  });

  it("lets an optional peer be imported at run time only, and counts it for no arrow", () => {
    const manifest = {
      name: "@octavo/spec",
      exports: { ".": {} },
      peerDependencies: { "@octavo/tensor": "*" },
    };
    const optional = { ...manifest, peerDependenciesMeta: { "@octavo/tensor": { optional: true } } };
    const withSource = (source: string) =>
      problems({ "packages/spec/package.json": optional, "packages/spec/src/index.ts": source });
    expect(withSource('await import("@octavo/tensor").catch(() => null);')).toEqual([]);
    expect(withSource('export * from "@octavo/tensor";')).toEqual([
      expect.stringContaining('"@octavo/tensor" is an optional peer and may be absent'),
    ]);
  });

  it("fails on a dependency that only tests import", () => {
    const changes = {
      ...tensorSource("", { "@octavo/spec": "*", "fast-check": "*" }),
      "packages/tensor/test/tensor.test.ts": 'import "fast-check";',
    };
    expect(problems(changes)).toEqual([
      "tensor/package.json: fast-check is in dependencies but only tests or scripts import it; move it to devDependencies",
    ]);
  });

  it("fails on a devDependency that no test imports", () => {
    const changes = { "packages/tensor/package.json": tensorManifest({ devDependencies: { sharp: "*" } }) };
    expect(problems(changes)).toEqual([
      "tensor/package.json: sharp is in devDependencies but no test or script imports it",
    ]);
  });

  it("fails on an import of another package's internals, but not of its exported subpaths", () => {
    expect(
      problems(tensorSource('import "@octavo/spec/src/dtype.ts";\nimport "@octavo/spec/kernels/float";')),
    ).toEqual([expect.stringContaining('"@octavo/spec/src/dtype.ts" is internal to @octavo/spec')]);
  });

  it("fails on a relative import that leaves the package", () => {
    expect(problems(tensorSource('import "../../spec/src/index.ts";\nimport "./other.ts";'))).toEqual([
      expect.stringContaining('"../../spec/src/index.ts" leaves the package'),
    ]);
  });

  it("fails on an arrow that is not drawn", () => {
    expect(problems({}, table(""))).toEqual(["ARCHITECTURE.md: the arrow tensor → spec is not drawn"]);
  });

  it("fails on a drawn arrow that is not used", () => {
    expect(problems({}, table("`spec`").replace("| `spec` | |", "| `spec` | `tensor` |"))).toEqual([
      "ARCHITECTURE.md: the arrow spec → tensor is drawn but not used",
    ]);
  });

  it("fails on a missing row, a foreign row and a missing table", () => {
    expect(problems({}, table("`spec`").replace("| `spec` | |\n", ""))).toEqual([
      "ARCHITECTURE.md: no row for package spec",
    ]);
    expect(problems({}, table("`spec`", "| `onnx` | |\n"))).toEqual([
      "ARCHITECTURE.md: row onnx is no package",
    ]);
    expect(problems({}, "# Nothing")).toEqual([
      expect.stringContaining("no table under a heading ## Arrows"),
    ]);
  });

  it("fails on a cycle and names its way", () => {
    const changes = {
      "packages/spec/package.json": {
        name: "@octavo/spec",
        exports: { ".": {} },
        dependencies: { "@octavo/tensor": "*" },
      },
      "packages/spec/src/index.ts": 'export * from "@octavo/tensor";',
    };
    expect(problems(changes, table("`spec`").replace("| `spec` | |", "| `spec` | `tensor` |"))).toEqual([
      "cycle: spec → tensor → spec",
    ]);
  });
});

describe("the drawn table", () => {
  it("is read back as it was drawn", () => {
    const arrows = declaredArrows(workspace());
    expect(drawnArrows(withArrows("", arrows))).toEqual(arrows);
  });

  it("is replaced without touching the prose around it", () => {
    const drawn = withArrows(table("`old`"), declaredArrows(workspace()));
    expect(drawn).toContain("Prose.\n\n| package | imports |\n");
    expect(drawn).toContain("| `tensor` | `spec` |\n\n## Next\n");
    expect(drawn).not.toContain("old");
  });

  it("puts each package below what it imports", () => {
    const arrows = new Map([
      ["a", new Set(["b"])],
      ["b", new Set(["c"])],
      ["c", new Set<string>()],
    ]);
    expect(drawArrows(arrows).split("\n").slice(2)).toEqual(["| `c` |  |", "| `b` | `c` |", "| `a` | `b` |"]);
  });
});

it("importsOf gives line numbers", () => {
  expect(importsOf("a.ts", '\n\nimport x from "x";')).toEqual([{ specifier: "x", line: 3, dynamic: false }]);
});
