// Laws and networks on kernels with imitated instructions:
//   node --conditions=@octavo/source run.ts <the addon> <folder of the networks>
import { createRequire } from "node:module";
import { reference } from "../../../packages/backend/src/reference.ts";
import type { NativeAddon } from "../../../packages/kernels-common/src/index.ts";
import type { KernelName } from "../../../packages/spec/src/index.ts";
import { report } from "../report.ts";
import { runIsa } from "../run-isa.ts";
import { runLaws } from "../run-laws.ts";

const [file, folder] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(file!) as NativeAddon;

for (const isa of addon.isas) {
  console.log(`\n${isa.name}`);
  const provider = await runIsa(addon, isa, folder!);
  // Laws of its kernels may use others, which a set that only multiplies has not.
  const kernels = { ...reference.kernels, ...provider.kernels };
  runLaws({ ...provider, kernels }, report, Object.keys(provider.kernels) as KernelName[]);
}
