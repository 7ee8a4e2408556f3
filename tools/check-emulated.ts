// The kernels of processors that this machine is not, imitated by qemu, or where it cannot, instruction by instruction: every
// law, and whole networks bit by bit.
//   node tools/bootstrap.mjs run tools/check-emulated.ts
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadKernels, resolve } from "../packages/backend/src/index.ts";
import { run } from "./bootstrap/process.mjs";
import { fetchNode } from "./emulated/foreign-node.ts";
import { machines, networks } from "./emulated/machines.ts";
import { report } from "./emulated/report.ts";
import { whyNotHere } from "./emulated/requirements.ts";
import { networkDifference } from "./emulated/run-network.ts";
import { wasmProviders } from "./emulated/wasm-providers.ts";
import { writeNetworks } from "./emulated/write-network.ts";
import { inParallel } from "./packages/in-parallel.ts";

const root = dirname(import.meta.dirname);
const source = "--conditions=@octavo/source";
const program = join("tools", "emulated", "on-machine.ts");

const obstacle = await whyNotHere();
if (obstacle !== null) console.log(`skipped: ${obstacle}`);
else await check();

/** AVX-512, VNNI and AMX, by SIMDe and our own imitation. */
async function checkImitation(folder: string): Promise<void> {
  const imitation = join(root, "tools", "emulated", "imitation");
  const addon = join(imitation, "build", "imitated.node");
  if ((await run([process.execPath, join(imitation, "build.mjs"), addon], { cwd: root })) !== 0) {
    report("the kernels for AVX-512 and more, with imitated instructions", "the compiler failed, see above");
    return;
  }
  const start = performance.now();
  const code = await run([process.execPath, source, join(imitation, "run.ts"), addon, folder], { cwd: root });
  console.log(`AVX-512, VNNI and AMX, imitated: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (code !== 0) report("AVX-512, VNNI and AMX, imitated", `ended with code ${code}`);
}

async function check(): Promise<void> {
  const crossBuild = join(root, "packages", "kernels-arm", "scripts", "build.mjs");
  if ((await run([process.execPath, crossBuild, "--cross"], { cwd: root })) !== 0) {
    report("the ARM kernels, cross-compiled", "the compiler failed, see above");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "octavo-network-"));
  const armNode = await fetchNode("arm64");
  try {
    await loadKernels();
    await writeNetworks(folder);
    for (const network of networks) {
      for (const use of new Set([resolve("quantizedConv").name, ...(await wasmProviders())])) {
        const difference = await networkDifference(use, join(folder, network));
        report(`the ${network} network gives the same bits here with ${use}`, difference);
      }
    }
    await checkImitation(folder);
    const nodes: Readonly<Record<string, string>> = { x64: process.execPath, arm64: armNode.path };
    await inParallel([...machines.entries()], async ([index, { name, architecture, emulator }]) => {
      const lines: string[] = [];
      const start = performance.now();
      const code = await run(
        ["timeout", "10m", ...emulator, nodes[architecture]!, source, program, String(index), folder],
        { cwd: root, onLine: (line) => lines.push(line) },
      );
      console.log(`\n${name}, ${((performance.now() - start) / 1000).toFixed(0)} s\n${lines.join("\n")}`);
      if (code !== 0) report(name, `ended with code ${code}`);
    });
  } finally {
    armNode.remove();
    rmSync(folder, { recursive: true });
  }
}
