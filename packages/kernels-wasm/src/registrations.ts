import { missingThreads, openWasm } from "@octavo/kernels-common";
import type { WasmSource } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

/** Best first; addresses are written out where bundlers look for them: they copy the file and rewrite the address. */
const modules: readonly (WasmSource & { readonly priority: number })[] = [
  {
    name: "wasm-simd128-threads",
    description: "WebAssembly SIMD128",
    priority: 110,
    module: new URL("../build/simd128-threads.wasm", import.meta.url),
    missing: missingThreads,
  },
  {
    name: "wasm-simd128",
    description: "WebAssembly SIMD128",
    priority: 100,
    module: new URL("../build/simd128.wasm", import.meta.url),
    missing: () => null,
  },
];

/** Modules of this package, best first. */
export const registrations: readonly ProviderRegistration[] = modules.map(({ priority, ...source }) => ({
  name: source.name,
  kind: "wasm",
  priority,
  open: () => openWasm(source),
}));
