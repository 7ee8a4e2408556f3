import { warn } from "@octavo/spec";
import { provideReference } from "./index.ts";
import { referenceKernels } from "./reference/kernels.ts";
import type { WholeProvider } from "./registry.ts";

/**
 * Plain TypeScript, on every machine: what runs when nothing faster does, and the oracle that the others are held
 * against. Float sums are accumulated in float64 and rounded once.
 *
 * To import this module is to have kernels at once; otherwise `loadKernels` fetches it where nothing faster runs.
 */
export const reference: WholeProvider = {
  specVersion: 1,
  name: "reference",
  description: "plain TypeScript, 1 thread",
  kernels: referenceKernels,
  threads: 1,
  setThreads: () => {},
  allocate: (byteLength) => ({
    buffer: new ArrayBuffer(byteLength),
    byteOffset: 0,
    byteLength,
    collectable: true,
  }),
  free: () => {},
  warnUnchosen: () =>
    warn(
      "octavo: neither native nor WebAssembly kernels can be loaded, so all of them run in TypeScript, many times slower. " +
        "In a checkout npm run setup builds them; String(explain()) of @octavo/backend says what each lacks.",
    ),
};

provideReference(reference);
