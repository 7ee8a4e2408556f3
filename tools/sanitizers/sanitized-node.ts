import { dirname } from "node:path";
import { capture, run } from "../bootstrap/process.mjs";

const root = dirname(dirname(import.meta.dirname));

/** Before a command: nothing here takes longer, but what waits for ever. */
export const limited = ["timeout", "5m"];

/** Of g++: `asan`, `tsan`. A name without a folder if there is none. */
export function sanitizerLibrary(sanitizer: string): string {
  return capture(["g++", `-print-file-name=lib${sanitizer}.so`])!;
}

/** The sanitizers lay memory out themselves; random addresses from newer kernels may lie in their way. */
export function withFixedAddresses(command: readonly string[]): string[] {
  const possible = capture(["setarch", "--addr-no-randomize", "true"]) !== null;
  return possible ? ["setarch", "--addr-no-randomize", ...command] : [...command];
}

/** Runs a TypeScript program in a Node into which a sanitizer is loaded; what it prints comes back. */
export async function runSanitized(
  sanitizer: string,
  program: readonly string[],
  variables: NodeJS.ProcessEnv,
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const preloaded = ["env", `LD_PRELOAD=${sanitizerLibrary(sanitizer)}`];
  const node = [process.execPath, "--conditions=@octavo/source"];
  const code = await run(withFixedAddresses([...limited, ...preloaded, ...node, ...program]), {
    cwd: root,
    env: { ...process.env, ...variables },
    onLine: (line) => lines.push(line),
  });
  return { code, lines };
}
