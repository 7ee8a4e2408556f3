import { join } from "node:path";
import { registerProvider } from "../../packages/backend/src/index.ts";
import { nativeProvider } from "../../packages/kernels-common/src/index.ts";
import type { NativeAddon, NativeIsa } from "../../packages/kernels-common/src/index.ts";
import type { KernelProvider } from "../../packages/spec/src/index.ts";
import { networks } from "./machines.ts";
import { report } from "./report.ts";
import { networkDifference } from "./run-network.ts";

/** Runs the networks of `folder` with an instruction set of an addon, whatever else is installed; returns its provider. */
export async function runIsa(addon: NativeAddon, isa: NativeIsa, folder: string): Promise<KernelProvider> {
  const provider = nativeProvider(addon, isa);
  registerProvider({ name: isa.name, kind: "native", priority: 1, open: () => ({ provider }) });
  for (const network of networks) {
    const difference = await networkDifference(isa.name, join(folder, network));
    report(`the ${network} network gives the same bits with ${isa.name}`, difference);
  }
  return provider;
}
