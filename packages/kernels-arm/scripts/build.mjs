import { fileURLToPath } from "node:url";

import { buildNative } from "@octavo/kernels-common/build-native";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const cross = process.argv.includes("--cross");

if (process.arch === "arm64" || cross) {
  await buildNative({
    folder: at("../cpp/"),
    output: at("../build/octavo-arm64.node"),
    isaFlags: {},
    compilers: cross ? [process.env.CXX_ARM64, "aarch64-linux-gnu-g++"].filter(Boolean) : undefined,
  });
}
