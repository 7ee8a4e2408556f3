// The packages with prebuilt kernels that can run here, by themselves or emulated: built as for a release, and networks run on
// them bit by bit. tools/make-platforms.ts builds all of them.
//   node tools/bootstrap.mjs run tools/check-platforms.ts
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadKernels } from "../packages/backend/src/index.ts";
import { run } from "./bootstrap/process.mjs";
import { fetchNode } from "./emulated/foreign-node.ts";
import { machines } from "./emulated/machines.ts";
import { report } from "./emulated/report.ts";
import { whyNotHere } from "./emulated/requirements.ts";
import { writeNetworks } from "./emulated/write-network.ts";
import { crossCompiler } from "./platforms/cross-compiler.ts";
import { compilerFolder, makePlatform } from "./platforms/make-platform.ts";
import { targets } from "./platforms/targets.ts";

/** Emulators by the value of `process.arch` there: of all processors the one with most instruction sets. */
const emulated = machines.findLast(({ architecture }) => architecture === "arm64")!;
const runnable: Readonly<Record<string, readonly string[]>> = {
  "linux-x64-gnu": [],
  "linux-arm64-gnu": emulated.emulator,
};

const compiler = await crossCompiler(compilerFolder);
const obstacle = compiler === null ? "no zig, which comes from PyPI by `python3 -m pip`" : await whyNotHere();
if (compiler === null || obstacle !== null) console.log(`skipped: ${obstacle}`);
else {
  const folder = mkdtempSync(join(tmpdir(), "octavo-platforms-"));
  const armNode = await fetchNode("arm64");
  try {
    await loadKernels();
    await writeNetworks(folder);
    for (const target of targets) {
      const emulator = runnable[target.name];
      if (!emulator) {
        console.log(
          `skipped ${target.name}: nothing here runs it; tools/make-platforms.ts builds and inspects it`,
        );
        continue;
      }
      const { addon, isRight } = await makePlatform(target, compiler);
      if (!isRight) process.exitCode = 1;
      const node = target.architecture === process.arch ? process.execPath : armNode.path;
      const program = join(import.meta.dirname, "platforms", "run-addon.ts");
      const command = [...emulator, node, "--conditions=@octavo/source", program, addon, folder];
      const code = await run(["timeout", "10m", ...command], { cwd: dirname(import.meta.dirname) });
      if (code !== 0) report(target.name, `ended with code ${code}`);
    }
  } finally {
    armNode.remove();
    rmSync(folder, { recursive: true });
  }
}
