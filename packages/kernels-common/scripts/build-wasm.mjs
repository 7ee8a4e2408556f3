import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { commonSources, fingerprint, isFresh, sourceFiles } from "./sources.mjs";

const flags = [
  "--target=wasm32-wasip1",
  "-std=c++20",
  // A page downloads a module: a sixth smaller than by -O2, and as fast where all that belongs to an inner loop is inlined by
  // force. Of itself -Os calls functions from there, and what they share lies in memory.
  "-Os",
  // Hot loops are unrolled where they are written; what the compiler unrolls of its own, ends of loops mostly, made modules
  // a fifth larger. Its vectorizing stays: the float64 of sigmoid and softmax is 1.8 times as fast with it.
  "-fno-unroll-loops",
  // Instructions in the order in which they are written. LLVM's own order for WebAssembly keeps a tile's broadcasts until all
  // sums of one column are done: more values than an engine has registers for, and sums that lie in memory.
  "-mllvm",
  "-pre-RA-sched=source",
  // Addresses as they are written: a base and a constant offset, which instructions have room for, instead of a sum each.
  "-mllvm",
  "-disable-lsr",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-exceptions",
  "-fno-rtti",
  // Valid in modules without threads too, so that each file is compiled once for both.
  "-matomics",
  "-mbulk-memory",
  "-msimd128",
  "-Wall",
  "-Wextra",
];

const linkFlags = [
  "--target=wasm32-wasip1",
  "-nostdlib",
  "-Wl,--no-entry",
  "-Wl,--stack-first",
  "-Wl,-z,stack-size=262144",
  "-Wl,--strip-all",
  // Addresses in as few bytes as they need, where the linker would leave five for each.
  "-Wl,--compress-relocations",
];

/** What differs between modules that run on the caller's thread and those whose memory is shared with workers. */
const kinds = {
  single: { omitted: "threads-wasm.cpp", flags: [] },
  threads: {
    omitted: "threads-single.cpp",
    flags: [
      "-Wl,--shared-memory",
      "-Wl,--import-memory",
      "-Wl,--max-memory=4294967296",
      // A worker's own stack and thread-local variables.
      ...["__stack_pointer", "__wasm_init_tls", "__tls_size", "__tls_align"].map(
        (name) => `-Wl,--export=${name}`,
      ),
    ],
  },
};

const nativeOnly = new Set([
  "threads.cpp",
  "thread-pool.cpp",
  "cores.cpp",
  "isas-tables.cpp",
  "node-binding.cpp",
  "node-recording.cpp",
  "node-values.cpp",
]);

/**
 * Builds WebAssembly modules from the shared C++ and a package's own folder, unless they are up to date. The compiler
 * is an npm package (LLVM, itself in WebAssembly), so this works wherever Node does.
 *
 * @param {object} package_
 * @param {string} package_.folder the package's C++ folder
 * @param {string} package_.output folder of the .wasm files
 * @param {Record<string, string[]>} package_.isas flags by file name: each of these files holds an instruction set
 * @param {{ name: string, isa: string, kind: "single" | "threads" }[]} package_.modules
 */
export async function buildWasm({ folder, output, isas, modules }) {
  const files = sourceFiles(commonSources, folder).filter((file) => !nativeOnly.has(basename(file)));
  const compiler = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.resolve("@yowasp/clang")), "utf8"),
  ).version;
  const stamp = join(output, "modules.stamp");
  const expected = fingerprint(files, compiler, flags, linkFlags, kinds, isas, modules);
  if (modules.every(({ name }) => isFresh(join(output, name), stamp, expected))) return;

  const names = modules.map(({ name }) => name).join(", ");
  console.log(`${names}: building by clang ${compiler}, a minute or two …`);
  const started = performance.now();
  const { runClang } = await import("@yowasp/clang");
  // Without arguments it only loads itself, here without drawing progress.
  await runClang(null, {}, { fetchProgress() {} });
  const run = async (args, tree) => {
    // Its rejection carries the whole file tree; what is wrong has been printed before.
    const made = await runClang(["clang++", ...args], tree).catch(() => null);
    if (made === null) throw new Error(`${folder}: the compiler reported errors, see above`);
    return made;
  };

  const units = files.map((file) => basename(file)).filter((file) => file.endsWith(".cpp"));
  const tree = Object.fromEntries(files.map((file) => [basename(file), readFileSync(file)]));
  const objectOf = (unit) => unit.replace(/cpp$/, "o");
  const objects = {};
  for (const [group, extra] of [[units.filter((unit) => !(unit in isas)), []], ...Object.entries(isas)]) {
    const made = await run([...flags, ...extra, "-c", ...[group].flat()], tree);
    for (const unit of [group].flat()) objects[objectOf(unit)] = made[objectOf(unit)];
  }

  mkdirSync(output, { recursive: true });
  for (const { name, isa, kind } of modules) {
    const linked = units.filter((unit) => unit === isa || !(unit in isas || unit === kinds[kind].omitted));
    const args = [...linkFlags, ...kinds[kind].flags, ...linked.map(objectOf), "-o", name];
    const made = await run(args, objects);
    writeFileSync(join(output, name), made[name]);
    console.log(`${name}: ${made[name].length} bytes`);
  }
  writeFileSync(stamp, expected);
  console.log(`built by clang ${compiler} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
