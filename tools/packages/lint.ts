import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { toolScript } from "../bootstrap/workspace.mjs";
import type { Packed } from "./pack.ts";

const execute = promisify(execFile);

/** What publint and attw say against a tarball: entry points that do not resolve, types that do not match. */
export async function packageProblems(packed: Packed): Promise<string[]> {
  return [...(await publintProblems(packed)), ...(await typeProblems(packed))];
}

async function publintProblems({ tarball }: Packed): Promise<string[]> {
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  return messages
    .filter(({ type }) => type !== "suggestion")
    .map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function typeProblems({ package: { manifest }, tarball }: Packed): Promise<string[]> {
  const attw = [
    toolScript("@arethetypeswrong/cli", "attw"),
    tarball,
    "--profile",
    "esm-only",
    "--format",
    "table-flipped",
  ];
  // What only our own builds call has no types.
  const untyped = Object.entries(manifest.exports ?? {})
    .filter(([, target]) => typeof target === "string" && target.startsWith("./scripts/"))
    .map(([subpath]) => subpath.replace("./", ""));
  const excluded = untyped.length > 0 ? ["--exclude-entrypoints", ...untyped] : [];
  try {
    await execute(process.execPath, [...attw, "--no-color", "--no-emoji", ...excluded]);
    return [];
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return [`attw: ${stdout}${stderr}`];
  }
}
