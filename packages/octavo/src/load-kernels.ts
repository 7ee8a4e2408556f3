import { loadKernels, registerProvider } from "@octavo/backend";
import { registrations } from "@octavo/kernels-wasm";

// WebAssembly runs everywhere; native kernels are found where their packages are installed.
for (const registration of registrations) registerProvider(registration);
await loadKernels();
