import { buildNative } from "@octavo/kernels-common/build-native";

import { addon } from "./addon.mjs";

if (process.arch === "x64") await buildNative(addon);
