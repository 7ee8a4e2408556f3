import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";

import { commonSources, fingerprint, isFresh, sourceFiles } from "./sources.mjs";

const flags = [
  "--target=wasm32-wasip1",
  "-std=c++20",
  "-O3",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-exceptions",
  "-fno-rtti",
  "-mbulk-memory",
  "-nostdlib",
  "-Wall",
  "-Wextra",
  "-Wl,--no-entry",
  "-Wl,--stack-first",
  "-Wl,-z,stack-size=262144",
  "-Wl,--strip-all",
  "-Wl,--export=__heap_base",
];

/**
 * Builds a WebAssembly module from the shared C++ and a package's own folder, unless it is up to date. The compiler is
 * an npm package (LLVM, itself in WebAssembly), so this works wherever Node does.
 *
 * @param {object} module
 * @param {string} module.folder the package's C++ folder
 * @param {string} module.output path of the .wasm file
 * @param {string[]} module.isaFlags flags of the instruction set
 */
export async function buildWasm({ folder, output, isaFlags }) {
  const nativeOnly = new Set(["threads.cpp", "node-binding.cpp"]);
  const files = sourceFiles(commonSources, folder).filter((file) => !nativeOnly.has(basename(file)));
  const compiler = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.resolve("@yowasp/clang")), "utf8"),
  ).version;
  const stamp = `${output}.stamp`;
  const expected = fingerprint(files, compiler, flags, isaFlags);
  if (isFresh(output, stamp, expected)) return;

  const started = performance.now();
  const { runClang } = await import("@yowasp/clang");
  // Without arguments it only loads itself, here without drawing progress.
  await runClang(null, {}, { fetchProgress() {} });
  const name = basename(output);
  const units = files.map((file) => basename(file)).filter((file) => file.endsWith(".cpp"));
  const tree = Object.fromEntries(files.map((file) => [basename(file), readFileSync(file)]));
  // Its rejection carries the whole file tree; what is wrong has been printed before.
  const built = await runClang(["clang++", ...units, "-o", name, ...flags, ...isaFlags], tree).catch(
    () => null,
  );
  if (built === null) throw new Error(`${name}: the compiler reported errors, see above`);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, built[name]);
  writeFileSync(stamp, expected);
  console.log(
    `${name}: built by clang ${compiler} in ${((performance.now() - started) / 1000).toFixed(1)} s, ${built[name].length} bytes`,
  );
}
