// The pnpm that package.json asks for: from the PATH if it is there, else from npm's cache.
import { existsSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { capture } from "./process.mjs";
import { BootstrapError } from "./report.mjs";
import { root, rootManifest } from "./workspace.mjs";

const version = rootManifest.packageManager.split("@")[1];
const windows = process.platform === "win32";

/**
 * @param {string | undefined} known folder that held the right pnpm the last time
 * @returns {{ command: string[], folder: string, version: string }} `folder` is for the PATH of tools that call pnpm
 */
export function findPnpm(known) {
  return (known && check([executableIn(known)], known)) ?? onPath() ?? fromNpm() ?? fail();
}

const executableIn = (folder) => join(folder, windows ? "pnpm.exe" : "pnpm");

function check(command, folder) {
  // Asked outside the workspace: inside it, other versions of pnpm try to replace themselves.
  const found = capture([...command, "--version"], { cwd: tmpdir() });
  return found === version ? { command, folder, version } : null;
}

function onPath() {
  const path = process.env.PATH ?? process.env.Path ?? "";
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = executableIn(folder);
    // Corepack's pnpm is a program that may download another one, and ask first.
    if (existsSync(file) && !realpathSync(file).includes("corepack")) return check([file], folder);
  }
  return null;
}

function fromNpm() {
  const npm = npmCommand();
  if (!npm) return null;
  const folders = capture(
    [
      ...npm,
      "exec",
      "--yes",
      "--loglevel=error",
      `--package=pnpm@${version}`,
      "--",
      "node",
      "tools/bootstrap/print-path.mjs",
    ],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  for (const bin of (folders ?? "").split(/\r?\n/)) {
    // <npm's cache>/node_modules/.bin holds shims; the program itself is beside it.
    const folder = join(dirname(bin), "pnpm");
    if (basename(bin) !== ".bin" || !existsSync(folder)) continue;
    const found =
      check([executableIn(folder)], folder) ??
      check([process.execPath, join(folder, "bin", "pnpm.mjs")], bin);
    if (found) return found;
  }
  return null;
}

/** npm's script run by this Node, so that no shell is needed (npm itself is a .cmd file on Windows). */
function npmCommand() {
  const nodeFolder = dirname(process.execPath);
  const path = process.env.PATH ?? process.env.Path ?? "";
  const scripts = [
    process.env.npm_execpath,
    join(nodeFolder, "node_modules", "npm", "bin", "npm-cli.js"),
    join(nodeFolder, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    ...path
      .split(delimiter)
      .flatMap((folder) => [
        join(folder, "node_modules", "npm", "bin", "npm-cli.js"),
        ...(windows ? [] : [join(folder, "npm")]),
      ]),
  ];
  for (const script of scripts) {
    if (!script || !existsSync(script)) continue;
    const file = realpathSync(script);
    if (basename(file) === "npm-cli.js") return [process.execPath, file];
  }
  return null;
}

function fail() {
  throw new BootstrapError(
    `pnpm ${version} is neither on the PATH nor could npm fetch it.\n` +
      `Check the network and the registry (npm config get registry), or install it: npm install --global pnpm@${version}`,
  );
}
