// Laws and networks on kernels with imitated instructions:
//   node --conditions=@octavo/source run.ts <the addon> <folder of the networks>
import { createRequire } from "node:module";
import type { NativeAddon } from "../../../packages/kernels-common/src/index.ts";
import { report } from "../report.ts";
import { runIsa } from "../run-isa.ts";
import { runLaws } from "../run-laws.ts";

const [file, folder] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(file!) as NativeAddon;

for (const isa of addon.isas) {
  console.log(`\n${isa.name}`);
  runLaws(await runIsa(addon, isa, folder!), report);
}
