import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What `buildNative` makes of this package. */
export const addon = {
  folder: at("../cpp/"),
  output: at("../build/octavo-arm64.node"),
  isaFlags: {
    "neon.cpp": [],
    "dotprod.cpp": ["-march=armv8.2-a+dotprod"],
    "i8mm.cpp": ["-march=armv8.2-a+dotprod+i8mm"],
  },
};
