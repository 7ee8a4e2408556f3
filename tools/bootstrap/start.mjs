// The main job: `octavo mnist`, from the sources where Node strips types, else from a build.
import { join } from "node:path";
import { run } from "./process.mjs";
import { BootstrapError, say } from "./report.mjs";
import { turbo } from "./turbo.mjs";
import { root } from "./workspace.mjs";

/** @returns {Promise<number>} the exit code of the job */
export async function startJob(tools, args) {
  const { node } = tools;
  const cli = join(root, "packages", "cli");
  if (node.runsTypeScript) {
    return run([node.path, "--conditions=@octavo/source", join(cli, "src", "main.ts"), "mnist", ...args]);
  }
  say("building the packages, since this Node does not run TypeScript");
  const code = await turbo(["build"], tools);
  if (code !== 0) throw new BootstrapError("building the packages failed (see above)", code);
  return run([node.path, join(cli, "dist", "main.js"), "mnist", ...args]);
}
