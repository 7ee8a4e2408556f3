import type { KernelName, KernelProvider, Kernels, Memory, ProviderRegistration } from "@octavo/spec";
import type { Explanation, KernelExplanation } from "./explanation.ts";
import { host } from "./internal/host.ts";
import { kernelPackages } from "./internal/kernel-packages.ts";
import { Registry } from "./registry.ts";
import type { LoadOptions, Recorder, WholeProvider } from "./registry.ts";

const fetchReference = async () => (await import("./reference.ts")).reference;

/** The one registry that all packages of a program share. */
const registry = new Registry(fetchReference, kernelPackages, host);

/** For the reference itself, when it is imported. */
export function provideReference(reference: WholeProvider): void {
  registry.provideReference(reference);
}

/**
 * Every kernel, each from the best open provider that has it. Before `loadKernels`, those of the reference, if
 * "@octavo/backend/reference" was imported, as @octavo/tensor does. Do not keep it across `loadKernels`.
 *
 * @throws KernelError as long as there are none.
 */
export function kernels(): Kernels {
  return registry.kernels();
}

/**
 * Opens the best kernel provider that this machine runs; native before WASM before the reference. `use` or
 * `OCTAVO_KERNELS` (a provider's name, `native`, `wasm` or `reference`) force one: only it runs, and the reference for
 * kernels that it lacks. `threads` or `OCTAVO_THREADS` set its threads, 256 at most. Warns where the reference runs all though
 * nobody forced it.
 *
 * @throws KernelError if the forced provider is unknown or cannot run here; the message says why.
 * @throws ArgumentError if the number of threads is not an integer ≥ 1, or for an option that there is not.
 */
export function loadKernels(options?: LoadOptions): Promise<void> {
  return registry.loadKernels(options);
}

/**
 * For packages that need the best kernels but must not overrule the program: as `loadKernels` if options are given or
 * nobody has called it yet; otherwise leaves the choice as it is.
 *
 * @param where what errors about the options name, if not `loadKernels`
 * @throws as `loadKernels`.
 */
export function ensureKernels(options?: LoadOptions, where?: string): Promise<void> {
  return registry.ensureKernels(options, where);
}

/** Adds a provider to choose from; `loadKernels` opens it. @throws KernelError if its name is taken. */
export function registerProvider(registration: ProviderRegistration): void {
  registry.registerProvider(registration);
}

/**
 * A recorder of calls of `kernels()`: many become one, which runs on up to `threads` threads of its own, the caller's included;
 * by default as many as the kernels use, at most 256. It keeps the kernels that are loaded now.
 */
export function recorder(threads?: number): Recorder {
  return registry.recorder(threads);
}

/** The provider that runs a kernel. */
export function resolve(kernel: KernelName): KernelProvider {
  return registry.resolve(kernel);
}

/** Why each kernel, or the named one, runs where it runs. `String(explain())` is a table. */
export function explain(): Explanation;
export function explain(kernel: KernelName): KernelExplanation;
export function explain(kernel?: KernelName): Explanation | KernelExplanation {
  return kernel === undefined ? registry.explain() : registry.explain(kernel);
}

/** `byteLength` bytes, zeroed, that the kernels use without copying. */
export function allocate(byteLength: number): Memory {
  return registry.allocate(byteLength);
}

/** Gives back what `allocate` returned. @throws ArgumentError for other memory. */
export function free(memory: Memory): void {
  registry.free(memory);
}
