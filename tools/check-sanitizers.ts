// The native kernels under the sanitizers of g++: every law with address and undefined-behaviour sanitizers inside Node,
// and the thread pool with the thread sanitizer in a program of its own.
//   node tools/bootstrap.mjs run tools/check-sanitizers.ts
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { capture, run } from "./bootstrap/process.mjs";
import { report } from "./emulated/report.ts";

const root = dirname(import.meta.dirname);
const folder = join(root, "tools", "sanitizers");
const addon = join(folder, "build", "sanitized.node");
const limited = ["timeout", "5m"];

const obstacle = whyNotHere();
if (obstacle !== null) console.log(`skipped: ${obstacle}`);
else {
  await checkLaws();
  await checkThreads();
}

function whyNotHere(): string | null {
  if (process.platform !== "linux") return `needs Linux, this is ${process.platform}`;
  if (process.arch === "x64" && !/\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8"))) return "needs AVX2";
  if (capture(["g++", "--version"]) === null) return "no g++; apt-get install -y g++";
  return existsSync(asanLibrary()) ? null : "g++ has no libasan.so; it comes with g++ in Debian and Ubuntu";
}

function asanLibrary(): string {
  return capture(["g++", "-print-file-name=libasan.so"])!;
}

/** The sanitizers lay memory out themselves; random addresses from newer kernels may lie in their way. */
function withFixedAddresses(command: readonly string[]): string[] {
  const possible = capture(["setarch", "--addr-no-randomize", "true"]) !== null;
  return possible ? ["setarch", "--addr-no-randomize", ...command] : [...command];
}

async function checkLaws(): Promise<void> {
  if ((await run([process.execPath, join(folder, "build.mjs"), addon], { cwd: root })) !== 0) {
    report("the kernels, compiled with sanitizers", "the compiler failed, see above");
    return;
  }
  const mistake = await sanitizedLaws({ OCTAVO_WRITE_OUTSIDE: "1" });
  const noticed = mistake.code !== 0 && mistake.lines.some((line) => line.includes("heap-buffer-overflow"));
  report("a byte written behind a workspace is noticed", noticed ? null : mistake.lines.join("\n"));
  const { code, lines } = await sanitizedLaws({});
  console.log(lines.join("\n"));
  report(
    "all laws with address and undefined-behaviour sanitizers",
    code === 0 ? null : `code ${code}, see above`,
  );
}

async function sanitizedLaws(variables: NodeJS.ProcessEnv): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const preloaded = ["env", `LD_PRELOAD=${asanLibrary()}`];
  const laws = [process.execPath, "--conditions=@octavo/source", join(folder, "run-laws.ts"), addon];
  const code = await run(withFixedAddresses([...limited, ...preloaded, ...laws]), {
    cwd: root,
    // Node itself leaks what lives as long as it does.
    env: {
      ...process.env,
      ASAN_OPTIONS: "detect_leaks=0",
      UBSAN_OPTIONS: "print_stacktrace=1",
      ...variables,
    },
    onLine: (line) => lines.push(line),
  });
  return { code, lines };
}

async function checkThreads(): Promise<void> {
  const name = "kernels on several threads, with the thread sanitizer";
  const kernels = join(root, "packages", "kernels-common", "cpp");
  const files = [
    "threads.cpp",
    "threads-evenly.cpp",
    "thread-pool.cpp",
    "task-grid.cpp",
    "cores.cpp",
    "workspace.cpp",
    "failure.cpp",
  ];
  const units = files.map((file) => join(kernels, file));
  const flags = [
    "-std=c++20",
    "-O1",
    "-g",
    "-ffp-contract=off",
    "-pthread",
    "-fsanitize=thread",
    `-I${kernels}`,
  ];
  const vectors = process.arch === "x64" ? ["-mavx2", "-mfma"] : [];
  const program = join(folder, "build", "thread-pool");
  const sources = [join(folder, "thread-pool.cpp"), ...units];
  if ((await run(["g++", ...flags, ...vectors, ...sources, "-o", program])) !== 0) {
    report(name, "the compiler failed, see above");
    return;
  }
  const code = await run(withFixedAddresses([...limited, program]));
  report(name, code === 0 ? null : `code ${code}, see above`);
}
