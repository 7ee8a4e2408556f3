import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const variable = "OCTAVO_BENCH_HIDE";
const folder = join(import.meta.dirname, "build");
const library = join(folder, "cpuid.so");

/**
 * Names of the instructions that are hidden from this process and from those it starts, with commas; else null.
 * @throws Error where the linker went on without the auditor, as musl's does: the figures would be those of the whole processor.
 */
export function hiddenInstructions(): string | null {
  const names = process.env[variable];
  if (names === undefined) return null;
  if (readFileSync("/proc/self/maps", "utf8").includes(library)) return names;
  throw new Error(`--hide: the dynamic linker did not load ${library}: it needs glibc's`);
}

/**
 * Runs this program again, and all that it starts, on a processor that seems to lack instructions: peers then choose what
 * they would run on an older one. x86-64 Linux with glibc only, with a C compiler and its binutils; libraries are searched for CPUID once.
 * @param names of the sets in `cpuid.c`, with commas
 * @returns the exit code
 */
export function runWithout(names: string): number {
  mkdirSync(folder, { recursive: true });
  const compiler = ["-O2", "-Wall", "-shared", "-fPIC", join(import.meta.dirname, "cpuid.c"), "-o", library];
  const { status, error } = spawnSync("cc", compiler, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`--hide: cpuid.c needs a C compiler on x86-64 Linux: ${error?.message ?? `cc: ${status}`}`);
    return 1;
  }
  const env = { ...process.env, LD_AUDIT: library, [variable]: names };
  const args = [...process.execArgv, ...process.argv.slice(1)];
  return spawnSync(process.execPath, args, { stdio: "inherit", env }).status ?? 1;
}
