// Runs one of the tools in tools/*.ts, or bench/main.ts, with all that the bootstrap has found.
import { dirname } from "node:path";
import { run, withPath } from "./process.mjs";
import { BootstrapError } from "./report.mjs";
import { root } from "./workspace.mjs";

/** @returns {Promise<number>} the tool's exit code */
export function runTool({ node, pnpm }, [script, ...args]) {
  if (!script) throw new BootstrapError("run what? node tools/bootstrap.mjs run tools/check-packages.ts");
  const env = {
    ...withPath([dirname(node.path), pnpm.folder]),
    // The user's Node, for checks that run on both.
    OCTAVO_PATH_NODE: process.execPath,
    TURBO_TELEMETRY_DISABLED: "1",
  };
  const flags = ["--disable-warning=ExperimentalWarning", "--conditions=@octavo/source"];
  return run([node.path, ...flags, script, ...args], { cwd: root, env });
}
