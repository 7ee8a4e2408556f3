import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What `buildNative` makes of this package. */
export const addon = {
  folder: at("../cpp/"),
  output: at("../build/octavo-x64.node"),
  isaFlags: { "avx2.cpp": ["-mavx2", "-mfma"] },
};
