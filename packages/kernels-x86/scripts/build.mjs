import { fileURLToPath } from "node:url";

import { buildNative } from "@octavo/kernels-common/build-native";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

if (process.arch === "x64") {
  await buildNative({
    folder: at("../cpp/"),
    output: at("../build/octavo-x64.node"),
    isaFlags: { "avx2.cpp": ["-mavx2", "-mfma"] },
  });
}
