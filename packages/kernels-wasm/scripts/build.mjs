import { fileURLToPath } from "node:url";

import { buildWasm } from "@octavo/kernels-common/build-wasm";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const isas = {
  "simd128.cpp": [],
  "relaxed.cpp": ["-mrelaxed-simd"],
  "relaxed-pairs.cpp": ["-mrelaxed-simd"],
};

await buildWasm({
  folder: at("../cpp/"),
  output: at("../build/"),
  isas,
  modules: Object.keys(isas).flatMap((isa) => [
    { name: isa.replace(".cpp", ".wasm"), isa, kind: "single" },
    { name: isa.replace(".cpp", "-threads.wasm"), isa, kind: "threads" },
  ]),
});
