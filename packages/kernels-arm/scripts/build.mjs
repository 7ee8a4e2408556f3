import { buildNative } from "@octavo/kernels-common/build-native";

import { addon } from "./addon.mjs";

const crossCompilers = [process.env.CXX_ARM64, "aarch64-linux-gnu-g++"]
  .filter(Boolean)
  .map((command) => [command]);

if (process.argv.includes("--cross")) await buildNative({ ...addon, compilers: crossCompilers });
else if (process.arch === "arm64") await buildNative(addon);
