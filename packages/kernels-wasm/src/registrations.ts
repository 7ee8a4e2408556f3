import { missingThreads, openWasm, relaxedSimd } from "@octavo/kernels-common";
import type { WasmSource } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

const missingRelaxed = () => relaxedSimd().missing;

/** What would be slower than the other relaxed module is missing too. */
function missingPairs(): string | null {
  const { missing, addsPairs } = relaxedSimd();
  return missing ?? (addsPairs ? null : "this engine adds four products of bytes in one step");
}

/** Best first; addresses are written out where bundlers look for them: they copy the file and rewrite the address. */
const modules: readonly WasmSource[] = [
  {
    name: "wasm-relaxed-pairs-threads",
    description: "WebAssembly relaxed SIMD in pairs",
    module: new URL("../build/relaxed-pairs-threads.wasm", import.meta.url),
    missing: () => missingThreads() ?? missingPairs(),
  },
  {
    name: "wasm-relaxed-threads",
    description: "WebAssembly relaxed SIMD",
    module: new URL("../build/relaxed-threads.wasm", import.meta.url),
    missing: () => missingThreads() ?? missingRelaxed(),
  },
  {
    name: "wasm-simd128-threads",
    description: "WebAssembly SIMD128",
    module: new URL("../build/simd128-threads.wasm", import.meta.url),
    missing: missingThreads,
  },
  {
    name: "wasm-relaxed-pairs",
    description: "WebAssembly relaxed SIMD in pairs",
    module: new URL("../build/relaxed-pairs.wasm", import.meta.url),
    missing: missingPairs,
  },
  {
    name: "wasm-relaxed",
    description: "WebAssembly relaxed SIMD",
    module: new URL("../build/relaxed.wasm", import.meta.url),
    missing: missingRelaxed,
  },
  {
    name: "wasm-simd128",
    description: "WebAssembly SIMD128",
    module: new URL("../build/simd128.wasm", import.meta.url),
    missing: () => null,
  },
];

/** Modules of this package, best first. */
export const registrations: readonly ProviderRegistration[] = modules.map((source, i) => ({
  name: source.name,
  kind: "wasm",
  priority: 100 + modules.length - i,
  open: () => openWasm(source),
}));
