import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";

import { commonSources, fingerprint, isFresh, sourceFiles } from "./sources.mjs";

/** Flags that decide the bits: no contraction of a·b + c, no reassociation. The rest is speed and hygiene. */
const flags = [
  "-std=c++20",
  "-O3",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-exceptions",
  "-fno-rtti",
  "-fPIC",
  "-fvisibility=hidden",
  "-Wall",
  "-Wextra",
];

const linkFlags = {
  // Node resolves napi_* at load time. nodelete: pool threads outlive a worker that unloads the addon.
  linux: [
    "-shared",
    "-pthread",
    "-static-libstdc++",
    "-static-libgcc",
    "-Wl,-z,nodelete",
    "-Wl,--gc-sections",
    "-s",
  ],
  darwin: ["-dynamiclib", "-undefined", "dynamic_lookup", "-Wl,-install_name,@rpath/octavo.node"],
  win32: ["-shared", "-s"],
};

/** Command lines of this machine's compilers. On Windows nothing tells them what node.exe exports. */
const systemCompilers =
  process.platform in linkFlags && process.platform !== "win32"
    ? [process.env.CXX, "g++", "clang++", "c++"].filter(Boolean).map((command) => [command])
    : [];

/** The first of these command lines that runs. */
function findCompiler(candidates) {
  for (const [command, ...args] of candidates) {
    const probe = spawnSync(command, [...args, "--version"], { encoding: "utf8" });
    if (probe.status === 0) return { command, args, version: probe.stdout.split("\n")[0] };
  }
  return null;
}

function compile({ command, args }, rest) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, ...rest], { stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} exited with code ${code}`)),
    );
  });
}

/**
 * Builds a Node-API addon from the shared C++ and a package's own folder, unless it is up to date.
 *
 * @param {object} addon
 * @param {string} addon.folder the package's C++ folder
 * @param {string} addon.output path of the .node file
 * @param {Record<string, string[]>} addon.isaFlags extra flags by file name: only these files use the instruction set
 * @param {string} [addon.system] the `process.platform` that it is for, if that is not this one's
 * @param {string[][]} [addon.compilers] command lines to try instead of $CXX, g++, clang++, c++
 * @param {string[]} [addon.extraFlags] for compiling and linking, after all others
 * @param {string[]} [addon.libraries] what else is linked: for Windows the import library of node.exe
 * @param {string[]} [addon.replacements] C++ files that take the place of those of the same name
 * @returns {Promise<boolean>} false when there is no compiler
 */
export async function buildNative({
  folder,
  output,
  isaFlags,
  system = process.platform,
  compilers = systemCompilers,
  extraFlags = [],
  libraries = [],
  replacements = [],
}) {
  const name = basename(output);
  const compiler = findCompiler(compilers);
  if (!compiler) {
    const tried = compilers.map((line) => line.join(" ")).join(", ");
    const reason = tried ? `no C++ compiler (tried ${tried})` : `no build on ${process.platform} yet`;
    console.log(`${name}: not built, ${reason}; WebAssembly or TypeScript kernels run instead`);
    return false;
  }
  const headers = dirname(createRequire(import.meta.url).resolve("node-api-headers/include/node_api.h"));
  const replaced = new Set(replacements.map((file) => basename(file)));
  const files = [
    ...sourceFiles(commonSources, folder).filter((file) => !replaced.has(basename(file))),
    ...replacements,
  ];
  const wasmOnly = new Set(["threads-single.cpp", "threads-wasm.cpp", "wasm-exports.cpp", "wasm-heap.cpp"]);
  const units = files.filter((file) => file.endsWith(".cpp") && !wasmOnly.has(basename(file)));
  const stamp = `${output}.stamp`;
  const expected = fingerprint(files, compiler, flags, linkFlags, isaFlags, extraFlags);
  if (isFresh(output, stamp, expected)) return true;

  console.log(`${name}: building by ${compiler.version}, a minute or two …`);
  const started = performance.now();
  mkdirSync(dirname(output), { recursive: true });
  const scratch = mkdtempSync(join(dirname(output), "objects-"));
  try {
    const object = (unit) => join(scratch, `${basename(unit)}.o`);
    // Those of the instruction sets take long, so they begin.
    const waiting = units.toSorted(
      (a, b) => Number(basename(b) in isaFlags) - Number(basename(a) in isaFlags),
    );
    const compileNext = async () => {
      for (let unit; (unit = waiting.shift()) !== undefined;) {
        await compile(compiler, [
          ...flags,
          ...(isaFlags[basename(unit)] ?? []),
          `-I${commonSources}`,
          `-I${folder}`,
          `-I${headers}`,
          ...extraFlags,
          "-c",
          unit,
          "-o",
          object(unit),
        ]);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, compileNext));
    const linked = join(scratch, name);
    const isForDebugging = extraFlags.includes("-g");
    const linking = linkFlags[system].filter((flag) => !(isForDebugging && flag === "-s"));
    await compile(compiler, [...units.map(object), ...libraries, ...linking, ...extraFlags, "-o", linked]);
    renameSync(linked, output);
    writeFileSync(stamp, expected);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(
    `${name}: built by ${compiler.version} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return true;
}
