export {
  allocate,
  ensureKernels,
  explain,
  free,
  kernels,
  loadKernels,
  provideReference,
  recorder,
  registerProvider,
  resolve,
} from "./default-registry.ts";
export type { Explanation, KernelExplanation, PassedOver } from "./explanation.ts";
export type { LoadOptions, Recorder } from "./registry.ts";
