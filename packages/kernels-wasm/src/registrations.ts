import { openWasm } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

// Written out where bundlers look for it: they copy the file and rewrite the address.
const module = new URL("../build/octavo.wasm", import.meta.url);

/** Modules of this package, best first. */
export const registrations: readonly ProviderRegistration[] = [
  {
    name: "wasm-simd128",
    kind: "wasm",
    priority: 100,
    open: () =>
      openWasm({
        name: "wasm-simd128",
        description: "WebAssembly SIMD128",
        module,
        package: "@octavo/kernels-wasm",
      }),
  },
];
