import { dirname, join } from "node:path";
import { run } from "../bootstrap/process.mjs";
import { report } from "../emulated/report.ts";
import { limited, withFixedAddresses } from "./sanitized-node.ts";

const folder = import.meta.dirname;

/** The thread pool with the thread sanitizer, in a program of its own. */
export async function checkThreadPool(): Promise<void> {
  const name = "kernels on several threads, with the thread sanitizer";
  const kernels = join(dirname(dirname(folder)), "packages", "kernels-common", "cpp");
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
