import type { KernelProvider, Kernels, ProviderRegistration } from "@octavo/spec";
import { agreementLaws, kernelLaws } from "./kernel-laws.ts";
import { recorderLaws } from "./recorder-laws.ts";

/** What vitest's `describe` and `it` have that is needed here; passed in, so that this package does not import vitest. */
export interface TestFunctions {
  readonly describe: Block;
  readonly it: Block;
}
interface Block {
  (name: string, body: () => void | Promise<void>): unknown;
  skip(name: string, body?: () => void): unknown;
}

/** One test per law; laws of kernels that the provider lacks are skipped by name. */
export function runKernelLaws(provider: KernelProvider, { describe, it }: TestFunctions): void {
  describe(`kernel laws: ${provider.name} (${provider.description})`, () => {
    for (const law of kernelLaws) {
      const missing = law.kernels.filter((kernel) => !provider.kernels[kernel]);
      if (missing.length > 0) it.skip(`${law.name} (${provider.name} lacks ${missing.join(", ")})`);
      else it(law.name, () => law.check(provider));
    }
    const threads = Math.max(2, provider.threads);
    for (const { name, check } of recorderLaws) {
      const recorder = provider.recorder?.(threads);
      if (recorder) it(name, async () => check(provider, recorder));
      else it.skip(`${name} (${provider.name} has no recorder)`);
    }
  });
}

/** Opens a registration and runs the laws, or shows by a skipped block why it cannot run here. */
export async function runRegistrationLaws(
  { name, open }: ProviderRegistration,
  tests: TestFunctions,
): Promise<void> {
  const opened = await open();
  if ("provider" in opened) runKernelLaws(opened.provider, tests);
  else
    tests.describe.skip(`kernel laws: ${name} (unavailable: ${opened.unavailable})`, () =>
      tests.it("nothing runs", () => {}),
    );
}

/**
 * Holds a provider against other kernels than the reference: for the reference itself, which would agree with itself
 * whatever it did. Only the laws of kernels that `oracle` has.
 */
export function runAgreementLaws(
  provider: KernelProvider,
  oracleName: string,
  oracle: Partial<Kernels>,
  { describe, it }: TestFunctions,
): void {
  describe(`kernel laws: ${provider.name} against ${oracleName}`, () => {
    for (const law of agreementLaws) {
      if (law.kernels.every((kernel) => oracle[kernel])) {
        it(law.name, () => law.checkAgainst(provider, oracle as Kernels));
      }
    }
  });
}
