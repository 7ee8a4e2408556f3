import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MnistNet } from "../../packages/models/src/index.ts";
import {
  convert,
  fuseModules,
  getDefaultQConfig,
  lower,
  manualSeed,
} from "../../packages/octavo/src/index.ts";
import { noGrad, prepare, randn, saveProgram, zeros } from "../../packages/octavo/src/index.ts";
import type { Engine } from "../../packages/octavo/src/index.ts";
import { networks } from "./machines.ts";
import { inputShape, networkFiles, runNetwork } from "./run-network.ts";

/** Each of `networks`, in a folder of its name. */
export async function writeNetworks(folder: string): Promise<void> {
  for (const network of networks) {
    await mkdir(join(folder, network), { recursive: true });
    await writeNetwork(join(folder, network), network);
  }
}

/**
 * Writes a whole int8 network (random weights, calibrated on random images), inputs for it, and what this machine's
 * reference kernels make of them.
 */
async function writeNetwork(folder: string, qconfig: Engine): Promise<void> {
  const { program, input, expected } = networkFiles(folder);
  manualSeed(20260101);
  const fused = fuseModules(new MnistNet().eval(), zeros(inputShape)).model;
  const prepared = prepare(fused, { qconfig: getDefaultQConfig(qconfig) });
  noGrad(() => prepared(randn([32, ...inputShape.slice(1)])));
  await saveProgram(program, lower(convert(prepared), zeros(inputShape)));

  const images = randn(inputShape).data as Float32Array;
  const logits = await runNetwork("reference", program, images);
  // A network that answers everything alike would agree with anything.
  if (new Set(logits).size < 10) throw new Error(`the network's outputs hardly differ: ${logits}`);
  await writeFile(input, images);
  await writeFile(expected, logits);
}
