import { loadKernels, registerProvider } from "@octavo/backend";
// Before kernels are loaded: in a bundle it could not be fetched from the middle of its own file.
import "@octavo/backend/reference";
import { registrations } from "@octavo/kernels-wasm";

// WebAssembly runs everywhere; native kernels are found where their packages are installed.
for (const registration of registrations) registerProvider(registration);
await loadKernels();
