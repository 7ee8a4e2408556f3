import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const avx2 = ["-mavx2", "-mfma"];
const avx512 = [
  ...avx2,
  ...["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"],
  // gcc 12 calls its own intrinsics uninitialised (its bug 105593); clang does not know one of these.
  ...["-Wno-unknown-warning-option", "-Wno-uninitialized", "-Wno-maybe-uninitialized"],
];

/** What `buildNative` makes of this package. */
export const addon = {
  folder: at("../cpp/"),
  output: at("../build/octavo-x64.node"),
  isaFlags: {
    "avx2.cpp": avx2,
    "avxvnni.cpp": [...avx2, "-mavxvnni"],
    "avx512.cpp": avx512,
    "avx512vnni.cpp": [...avx512, "-mavx512vnni"],
    "amx.cpp": [...avx512, "-mavx512vnni", "-mamx-tile", "-mamx-int8"],
  },
};
