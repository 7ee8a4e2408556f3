import { join } from "node:path";
import { report } from "../emulated/report.ts";
import { buildAddon } from "./build-addon.ts";
import { raceKinds } from "./race.ts";
import { runSanitized } from "./sanitized-node.ts";

/** Sessions of several worker_threads at once, with the thread sanitizer. */
export async function checkSessions(): Promise<void> {
  const addon = await buildAddon("thread");
  if (addon === null) return;
  const run = (program: string, ...args: string[]) =>
    runSanitized("tsan", [join(import.meta.dirname, program), addon, ...args], {
      // Node is compiled without it: what its threads wait for counts, what they read and write does not.
      TSAN_OPTIONS: "ignore_noninstrumented_modules=1",
    });
  for (const kind of raceKinds) {
    const { code, lines } = await run("run-race.ts", kind);
    const noticed = code !== 0 && lines.some((line) => line.includes("ThreadSanitizer: data race"));
    report(
      `one array, written by ${kind} of two worker_threads, is noticed`,
      noticed ? null : lines.join("\n"),
    );
  }
  const { code, lines } = await run("run-sessions.ts");
  const problem = code === 0 ? null : `code ${code}\n${lines.join("\n")}`;
  report("sessions in several worker_threads, with the thread sanitizer", problem, lines.at(-1));
}
