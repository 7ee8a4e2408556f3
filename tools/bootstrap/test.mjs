// What a contributor must see green, quickest first; the first failure ends it.
import { join } from "node:path";
import { run, withPath } from "./process.mjs";
import { BootstrapError, say, seconds } from "./report.mjs";
import { root, toolScript } from "./workspace.mjs";

/** @param {string[]} vitestArguments */
export async function runTests({ node }, vitestArguments) {
  if (!node.runsTypeScript) {
    throw new BootstrapError("the tests need a Node that runs TypeScript: install Node 22.18 or newer");
  }
  const steps = [
    ["types", toolScript("typescript", "tsc"), "--noEmit", "-p", "tsconfig.json"],
    ["lint", toolScript("oxlint")],
    ["format", toolScript("oxfmt"), "--check"],
    ["arrows", join("tools", "check-arrows.ts")],
    ["tests", toolScript("vitest"), "run", ...vitestArguments],
  ];
  const env = withPath([join(node.path, "..")]);
  // vitest colours what goes to a file as well.
  if (!process.stdout.isTTY && !env.FORCE_COLOR) env.NO_COLOR = "1";
  for (const [name, ...command] of steps) {
    const last = name === "tests";
    if (last) say("running tests");
    const start = performance.now();
    const code = await run([node.path, ...command], { cwd: root, env });
    if (code !== 0) throw new BootstrapError(`${name} failed after ${seconds(start)}`, code);
    // vitest's summary is the last thing printed; it tells its own time.
    if (!last) say(`${name} ok (${seconds(start)})`);
  }
}
