// The native kernels under the sanitizers of g++: every law with address and undefined-behaviour sanitizers inside Node;
// with the thread sanitizer sessions of several worker_threads inside Node, and the thread pool in a program of its own.
//   node tools/bootstrap.mjs run tools/check-sanitizers.ts
import { existsSync, readFileSync } from "node:fs";
import { capture } from "./bootstrap/process.mjs";
import { checkLaws } from "./sanitizers/check-laws.ts";
import { checkSessions } from "./sanitizers/check-sessions.ts";
import { checkThreadPool } from "./sanitizers/check-thread-pool.ts";
import { sanitizerLibrary } from "./sanitizers/sanitized-node.ts";

const obstacle = whyNotHere();
if (obstacle !== null) console.log(`skipped: ${obstacle}`);
else {
  await checkLaws();
  await checkThreadPool();
  await checkSessions();
}

function whyNotHere(): string | null {
  if (process.platform !== "linux") return `needs Linux, this is ${process.platform}`;
  if (process.arch === "x64" && !/\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8"))) return "needs AVX2";
  if (capture(["g++", "--version"]) === null) return "no g++; apt-get install -y g++";
  const absent = ["asan", "tsan"].find((sanitizer) => !existsSync(sanitizerLibrary(sanitizer)));
  return absent ? `g++ has no lib${absent}.so; it comes with g++ in Debian and Ubuntu` : null;
}
