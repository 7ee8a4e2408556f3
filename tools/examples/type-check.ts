import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { toolScript } from "../bootstrap/workspace.mjs";
import { readWorkspace } from "../arrows/workspace.ts";
import type { NamedProgram } from "./groups.ts";

/** What the TypeScript compiler says about programs that exist only in Markdown and in comments. */
export async function typeErrors(root: string, programs: readonly NamedProgram[]): Promise<string[]> {
  mkdirSync(join(root, "out"), { recursive: true });
  const folder = mkdtempSync(join(root, "out", "examples-"));
  try {
    const files = new Map(programs.map(({ name, code }, i) => [`example-${i}.ts`, { name, code }]));
    for (const [file, { code }] of files) writeFileSync(join(folder, file), `${code}\nexport {};\n`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration(root, folder)));
    const { failed, output } = await compile(folder);
    const lines = output.split("\n").filter((line) => line.includes("error TS"));
    if (failed && lines.length === 0) return [`the compiler did not run: ${output}`];
    return lines.map((line) =>
      line.replace(
        /.*(example-\d+\.ts)\(/,
        (_, file: string) => `${files.get(file)!.name.replace(/:\d+$/, "")}(`,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function configuration(root: string, folder: string) {
  const from = (path: string) => relative(folder, join(root, path)).replaceAll("\\", "/");
  const paths = readWorkspace(root).packages.map(({ manifest, short }) => [
    manifest.name,
    [from(`packages/${short}/src/index.ts`)],
  ]);
  return {
    extends: from("tsconfig.base.json"),
    compilerOptions: { paths: Object.fromEntries(paths), typeRoots: [from("node_modules/@types")] },
    include: ["*.ts"],
  };
}

function compile(folder: string): Promise<{ failed: boolean; output: string }> {
  const command = [toolScript("typescript", "tsc"), "--noEmit", "--pretty", "false", "-p", folder];
  return new Promise((resolve) =>
    execFile(process.execPath, command, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    ),
  );
}
