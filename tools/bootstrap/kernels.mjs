// Builds the kernels: native with the system's C++ compiler if there is one, and WASM always.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { capture, interrupted } from "./process.mjs";
import { BootstrapError, say, seconds } from "./report.mjs";
import { turbo } from "./turbo.mjs";
import { root } from "./workspace.mjs";

const nativePackage = { x64: "kernels-x86", arm64: "kernels-arm" }[process.arch];

/** @param {{ required: boolean }} options whether a failed build ends the command; without one, slower kernels run */
export async function buildKernels(tools, { required }) {
  const start = performance.now();
  const compilers = findCompilers();
  say(`building kernels${compilers.length === 0 ? " (no C++ compiler found: WASM only)" : ""}`);
  // turbo's cache must tell "no compiler" from "built", and one compiler from another.
  const env = { OCTAVO_COMPILER: [`${process.platform}-${process.arch}`, ...compilers].join("\n") };
  const code = await turbo(["build:kernels", "--continue"], { ...tools, env });
  if (interrupted()) throw new BootstrapError("interrupted", code || 130);
  if (code !== 0 && required) throw new BootstrapError("building the kernels failed (see above)", code);
  if (code !== 0) say("building some kernels failed (see above); going on with the others");
  say(`kernels: ${describe()} (${seconds(start)})`);
}

/** What each compiler that the kernel packages may choose says of itself. */
function findCompilers() {
  return [process.env.CXX, "g++", "clang++", "c++"]
    .filter(Boolean)
    .map((name) => capture([name, "--version"]))
    .filter((version) => version !== null);
}

function describe() {
  const native = nativePackage && built(nativePackage, ".node") ? `native ${process.arch}` : null;
  const wasm = built("kernels-wasm", ".wasm") ? "WASM" : null;
  return [native, wasm].filter(Boolean).join(" and ") || "none built, the TypeScript reference kernels run";
}

function built(name, extension) {
  const folder = join(root, "packages", name, "build");
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((file) => file.endsWith(extension))
  );
}
