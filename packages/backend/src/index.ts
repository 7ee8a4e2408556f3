export {
  allocate,
  ensureKernels,
  explain,
  free,
  kernels,
  loadKernels,
  registerProvider,
  resolve,
} from "./default-registry.ts";
export { Explanation, KernelExplanation } from "./explanation.ts";
export type { PassedOver } from "./explanation.ts";
export { reference } from "./reference-provider.ts";
export { Registry } from "./registry.ts";
export type { LoadOptions } from "./registry.ts";
