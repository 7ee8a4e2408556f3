// Installs dependencies when, and only when, what is installed is not what the lockfile says.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPnpm } from "./pnpm.mjs";
import { run } from "./process.mjs";
import { BootstrapError, say, seconds } from "./report.mjs";
import { manifestFiles, readJson, root, rootManifest } from "./workspace.mjs";

const stampFile = join(root, "node_modules", ".octavo-bootstrap.json");

/** @returns {Promise<{ command: string[], folder: string, version: string }>} the pnpm to go on with */
export async function install() {
  const stamp = existsSync(stampFile) ? readJson(stampFile) : {};
  const pnpm = findPnpm(stamp.pnpm);
  if (stamp.state === state()) {
    if (stamp.pnpm !== pnpm.folder) writeStamp(pnpm);
    say("dependencies are up to date");
    return pnpm;
  }
  const start = performance.now();
  say(`installing dependencies with pnpm ${pnpm.version}`);
  const code = await run(
    [
      ...pnpm.command,
      "install",
      "--frozen-lockfile",
      "--config.confirmModulesPurge=false",
      // Tools are checked against the Node that will run them, not the one that runs this.
      `--config.nodeVersion=${rootManifest.devDependencies.node}`,
    ],
    { cwd: root },
  );
  if (code !== 0) {
    throw new BootstrapError(
      `pnpm install failed (see above). If a package.json changed, or a package or an example is new, update the lockfile: npx pnpm@${pnpm.version} install`,
      code,
    );
  }
  writeStamp(pnpm);
  say(`installed in ${seconds(start)}`);
  return pnpm;
}

function writeStamp(pnpm) {
  writeFileSync(stampFile, JSON.stringify({ state: state(), pnpm: pnpm.folder }));
}

/** A hash of what was asked for (lockfile, manifests, machine) and of what pnpm last installed. */
function state() {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", join("node_modules", ".pnpm", "lock.yaml")]) {
    hash.update(existsSync(join(root, file)) ? readFileSync(join(root, file)) : "absent");
  }
  for (const file of [join(root, "package.json"), ...manifestFiles()]) {
    const { name, dependencies, devDependencies, optionalDependencies, peerDependencies, bin } =
      readJson(file);
    hash.update(
      JSON.stringify([name, dependencies, devDependencies, optionalDependencies, peerDependencies, bin]),
    );
  }
  return hash.digest("hex");
}
