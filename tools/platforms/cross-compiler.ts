import { existsSync } from "node:fs";
import { join } from "node:path";
import { capture, run } from "../bootstrap/process.mjs";

/** Both from PyPI: zig carries clang and the C libraries of all systems, lief reads the files of all systems. */
const wanted = ["ziglang==0.17.1", "lief==1.0.0"];

/** Python with the cross compiler beside it. */
export interface CrossCompiler {
  /** Command line of zig. */
  readonly zig: readonly string[];
  /** Runs a Python program and gives what it prints; null if it fails. */
  python(program: string, ...args: string[]): string | null;
}

/** The cross compiler in `folder`, installed there if it is missing; null without Python or its registry. */
export async function crossCompiler(folder: string): Promise<CrossCompiler | null> {
  const zig = join(folder, "ziglang", process.platform === "win32" ? "zig.exe" : "zig");
  if (!existsSync(zig) || !existsSync(join(folder, "lief"))) {
    if (capture(["python3", "-m", "pip", "--version"]) === null) return null;
    const install = [
      "python3",
      "-m",
      "pip",
      "install",
      "--quiet",
      "--upgrade",
      "--target",
      folder,
      ...wanted,
    ];
    await run(install, { onLine: () => {} }).catch(() => {});
  }
  if (!existsSync(zig)) return null;
  const env = { ...process.env, PYTHONPATH: folder };
  return { zig: [zig], python: (program, ...args) => capture(["python3", "-c", program, ...args], { env }) };
}
