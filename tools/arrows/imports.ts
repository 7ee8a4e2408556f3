import { parseSync, Visitor } from "oxc-parser";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** By `import()` or `resolve()` at run time, which may fail and be caught. */
  readonly dynamic: boolean;
}

/**
 * Every module that a file names, types included: static and dynamic imports, re-exports, `import("x").T`,
 * `import.meta.resolve("x")`, `require("x")` and `require.resolve("x")`. Names computed at run time are not seen.
 */
export function importsOf(path: string, source: string): Import[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const found: Import[] = [];
  const add = (node: unknown, dynamic = false) => {
    const { type, value, start } = node as { type?: string; value?: unknown; start: number };
    if (type === "Literal" && typeof value === "string") {
      found.push({ specifier: value, line: source.slice(0, start).split("\n").length, dynamic });
    }
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => node.source && add(node.source),
    ImportExpression: (node) => add(node.source, true),
    TSImportType: (node) => add(node.source),
    CallExpression: (node) => {
      const callee = source.slice(node.callee.start, node.callee.end);
      if (/^(import\.meta\.resolve|require|require\.resolve)$/.test(callee))
        add(node.arguments[0] ?? {}, true);
    },
  }).visit(program);
  return found;
}

/** `@octavo/spec/src/dtype.ts` → package `@octavo/spec`, subpath `./src/dtype.ts`. */
export function splitSpecifier(specifier: string): { name: string; subpath: string } {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, length).join("/"), subpath: ["."].concat(parts.slice(length)).join("/") };
}
