// Laws and networks on kernels with imitated instructions:
//   node --conditions=@octavo/source run.ts <the addon> <folder of the networks>
import { createRequire } from "node:module";
import { join } from "node:path";
import { registerProvider } from "../../../packages/backend/src/index.ts";
import { nativeProvider, type NativeAddon } from "../../../packages/kernels-common/src/index.ts";
import { networks } from "../machines.ts";
import { report } from "../report.ts";
import { runLaws } from "../run-laws.ts";
import { networkDifference } from "../run-network.ts";

const [file, folder] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(file!) as NativeAddon;

for (const isa of addon.isas) {
  const provider = nativeProvider(addon, isa);
  registerProvider({ name: isa.name, kind: "native", priority: 1, open: () => ({ provider }) });
  console.log(`\n${isa.name}`);
  runLaws(provider, report);
  for (const network of networks) {
    const difference = await networkDifference(isa.name, join(folder!, network));
    report(`the ${network} network gives the same bits`, difference);
  }
}
