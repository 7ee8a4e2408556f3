import type { ProviderRegistration } from "@octavo/spec";
import type { Host } from "./host.ts";

/** What a kernel package exports, or why it could not be imported. */
export type KernelModule =
  | { readonly registrations?: readonly ProviderRegistration[] }
  | { readonly importError: unknown };

/** A package that offers kernel providers, if it is installed. */
export interface KernelPackage {
  readonly name: string;
  readonly kind: ProviderRegistration["kind"];
  /** Where it can run at all, for people. */
  readonly needs: string;
  fits(host: Host): boolean;
  load(): Promise<KernelModule>;
}

const failed = (importError: unknown): KernelModule => ({ importError });

/**
 * Best first. A new package is one entry here and an optional peer dependency. Each `import()` is literal, so that
 * bundlers split it off, and has its `catch` beside it, so that they accept its absence.
 */
export const kernelPackages: readonly KernelPackage[] = [
  {
    name: "@octavo/kernels-x86",
    kind: "native",
    needs: "Node on x64",
    fits: ({ node }) => node?.arch === "x64",
    load: () => import("@octavo/kernels-x86").catch(failed),
  },
  {
    name: "@octavo/kernels-arm",
    kind: "native",
    needs: "Node on arm64",
    fits: ({ node }) => node?.arch === "arm64",
    load: () => import("@octavo/kernels-arm").catch(failed),
  },
  {
    name: "@octavo/kernels-wasm",
    kind: "wasm",
    needs: "WebAssembly",
    fits: () => typeof WebAssembly === "object",
    load: () => import("@octavo/kernels-wasm").catch(failed),
  },
];
