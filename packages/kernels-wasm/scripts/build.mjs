import { fileURLToPath } from "node:url";

import { buildWasm } from "@octavo/kernels-common/build-wasm";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await buildWasm({ folder: at("../cpp/"), output: at("../build/octavo.wasm"), isaFlags: ["-msimd128"] });
