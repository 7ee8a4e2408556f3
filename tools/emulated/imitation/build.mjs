// Builds the kernels for AVX-512, VNNI and AMX with imitated instructions:
//   node build.mjs <output>
import { fileURLToPath } from "node:url";
import { buildNative } from "../../../packages/kernels-common/scripts/build-native.mjs";
import { addon } from "../../../packages/kernels-x86/scripts/addon.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await buildNative({
  ...addon,
  output: process.argv[2],
  isaFlags: Object.fromEntries(Object.keys(addon.isaFlags).map((unit) => [unit, ["-mavx2", "-mfma"]])),
  compilers: [["g++"]],
  // Before the compiler's own immintrin.h. What SIMDe would be warned of is not ours.
  extraFlags: ["-I", at("."), "-O1", "-w", "-Wno-psabi"],
  replacements: ["isas.cpp", "avx2.cpp"].map(at),
});
