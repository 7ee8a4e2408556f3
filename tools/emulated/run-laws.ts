import * as fc from "fast-check";
import type { KernelName, KernelProvider } from "../../packages/spec/src/index.ts";
import { kernelLaws } from "../../packages/testing/src/index.ts";
import type { Report } from "./report.ts";

/** Milliseconds in which laws begin examples, and of that the least for each: a slow machine shall end too. */
const timeOfAll = 30_000;
const timeOfOne = 3000;

/**
 * The laws of a provider's kernels, or of those of them that are given, without a test runner, which would take long to
 * start under emulation.
 */
export function runLaws(
  provider: KernelProvider,
  report: Report,
  kernels = Object.keys(provider.kernels) as readonly KernelName[],
): void {
  const laws = kernelLaws.filter((law) => law.kernels.some((kernel) => kernels.includes(kernel)));
  let examples = 0;
  fc.configureGlobal({
    interruptAfterTimeLimit: Math.max(timeOfOne, timeOfAll / laws.length),
    reporter: (details) => {
      examples += details.numRuns;
      if (details.failed) throw new Error(`${details.errorInstance}\n${fc.defaultReportMessage(details)}`);
    },
  });
  for (const law of laws) {
    examples = 0;
    let problem: string | null = null;
    try {
      law.check(provider);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    report(law.name, problem, `${examples} examples`);
  }
}
