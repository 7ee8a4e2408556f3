import * as fc from "fast-check";
import type { KernelProvider } from "../../packages/spec/src/index.ts";
import { kernelLaws } from "../../packages/testing/src/index.ts";
import type { Report } from "./report.ts";

/** Milliseconds after which a law begins no further example: a slow machine shall end too. */
const timeLimit = 3000;

/** All laws, without a test runner, which would take long to start under emulation. */
export function runLaws(provider: KernelProvider, report: Report): void {
  let examples = 0;
  fc.configureGlobal({
    interruptAfterTimeLimit: timeLimit,
    reporter: (details) => {
      examples += details.numRuns;
      if (details.failed) throw new Error(`${details.errorInstance}\n${fc.defaultReportMessage(details)}`);
    },
  });
  for (const law of kernelLaws) {
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
