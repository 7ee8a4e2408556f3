import { fork } from "node:child_process";
import { join } from "node:path";
import type { Output } from "./expectations.ts";

export interface Program {
  readonly url: string;
  readonly code?: string;
}

export interface Result {
  readonly url: string;
  readonly outputs: readonly Output[];
  readonly error?: string;
}

export interface RunOptions {
  /** Node to run with; this one unless given. */
  readonly execPath?: string;
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
  /** Bare name → URL of a file from which it is found, for names that a block's own folder does not know. */
  readonly fallbacks?: Readonly<Record<string, string>>;
}

/** Runs programs in one child, in order. One that ends the process leaves an error for it and for those after it. */
export function runPrograms(programs: readonly Program[], options: RunOptions = {}): Promise<Result[]> {
  const { execPath = process.execPath, execArgv = [], cwd, fallbacks = {} } = options;
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "runner.mjs"), {
      execPath,
      execArgv: [...execArgv],
      cwd,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const results = new Map<string, Result>();
    let printed = "";
    child.stdout!.on("data", (chunk) => (printed += chunk));
    child.stderr!.on("data", (chunk) => (printed += chunk));
    child.on("message", (result: Result) => results.set(result.url, result));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const error = `the program, or one before it, ended the process with ${signal ?? code}\n${printed}`;
      resolve(programs.map(({ url }) => results.get(url) ?? { url, outputs: [], error }));
    });
    child.send({ programs, fallbacks });
  });
}
