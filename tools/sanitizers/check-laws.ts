import { join } from "node:path";
import { report } from "../emulated/report.ts";
import { buildAddon } from "./build-addon.ts";
import { runSanitized } from "./sanitized-node.ts";

/** Every law with the address and undefined-behaviour sanitizers. */
export async function checkLaws(): Promise<void> {
  const addon = await buildAddon("address,undefined");
  if (addon === null) return;
  const run = (variables: NodeJS.ProcessEnv) =>
    runSanitized("asan", [join(import.meta.dirname, "run-laws.ts"), addon], {
      // Node itself leaks what lives as long as it does.
      ASAN_OPTIONS: "detect_leaks=0",
      UBSAN_OPTIONS: "print_stacktrace=1",
      ...variables,
    });
  const mistake = await run({ OCTAVO_WRITE_OUTSIDE: "1" });
  const noticed = mistake.code !== 0 && mistake.lines.some((line) => line.includes("heap-buffer-overflow"));
  report("a byte written behind a workspace is noticed", noticed ? null : mistake.lines.join("\n"));
  const { code, lines } = await run({});
  console.log(lines.join("\n"));
  report(
    "all laws with address and undefined-behaviour sanitizers",
    code === 0 ? null : `code ${code}, see above`,
  );
}
