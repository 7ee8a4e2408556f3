import { fileURLToPath } from "node:url";

import { buildWasm } from "@octavo/kernels-common/build-wasm";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await buildWasm({
  folder: at("../cpp/"),
  output: at("../build/"),
  isas: { "simd128.cpp": [] },
  modules: [
    { name: "simd128.wasm", isa: "simd128.cpp", kind: "single" },
    { name: "simd128-threads.wasm", isa: "simd128.cpp", kind: "threads" },
  ],
});
