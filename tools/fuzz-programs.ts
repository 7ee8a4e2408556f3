// Program files, damaged in a hundred thousand ways: each is an error or gives the reference's integers, and none ends or
// stops the process. Any seed can be tried alone: --first <seed> --count 1.
//   node tools/bootstrap.mjs run tools/fuzz-programs.ts [--count 100000] [--first 0] [--kernels native]
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { loadKernels, resolve } from "../packages/backend/src/index.ts";
import { report } from "./emulated/report.ts";

const execute = promisify(execFile);
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    first: { type: "string", default: "0" },
    kernels: { type: "string" },
  },
});
/** Seeds of one process; and the milliseconds in which they must be done, or one of them hangs. */
const seedsPerProcess = 2500;
const timeLimit = 300_000;

const first = Number(values.first);
const end = first + Number(values.count);
await loadKernels({ use: values.kernels });
const use = resolve("quantizedConv").name;
const folder = mkdtempSync(join(tmpdir(), "octavo-fuzz-"));
const counts: Record<string, number> = {};
const problems: string[] = [];
let next = first;
const started = performance.now();
await Promise.all(Array.from({ length: availableParallelism() }, work));
rmSync(folder, { recursive: true });
const seconds = ((performance.now() - started) / 1000).toFixed(0);
const outcomes = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
const remark = `${use}, ${outcomes.join(", ")}, ${seconds} s`;
report(`${end - first} damaged program files are errors or run rightly`, problems.join("\n") || null, remark);

async function work(): Promise<void> {
  while (next < end && problems.length < 5) {
    const from = next;
    next = Math.min(end, from + seedsPerProcess);
    const file = join(folder, String(from));
    const script = join(import.meta.dirname, "fuzz", "fuzz-process.ts");
    const args = ["--conditions=@octavo/source", script, String(from), String(next), use, file];
    try {
      const { stdout } = await execute(process.execPath, args, { timeout: timeLimit });
      for (const [outcome, count] of Object.entries(JSON.parse(stdout) as Record<string, number>))
        counts[outcome] = (counts[outcome] ?? 0) + count;
    } catch (error) {
      const { killed, signal, stdout } = error as { killed?: boolean; signal?: string; stdout?: string };
      const end_ = killed ? `no end after ${timeLimit / 1000} s` : signal ? `ended by ${signal}` : stdout;
      problems.push(`seed ${readFileSync(file, "utf8").trim()}: ${end_}`);
    }
  }
}
