import { loadKernels, resolve } from "@octavo/backend";
import { reference } from "@octavo/backend/reference";

await loadKernels();

const { name } = resolve("quantizedConv");

/** Why networks of real size are not run here, or null: native and WebAssembly kernels take seconds, the reference minutes. */
export const tooSlow: string | null =
  name === reference.name ? " (skipped: only the reference kernels run here)" : null;
