// Networks with every instruction set of an addon that this processor, or an imitated one, has:
//   node --conditions=@octavo/source run-addon.ts <the addon> <folder of the networks>
import { createRequire } from "node:module";
import type { NativeAddon } from "../../packages/kernels-common/src/index.ts";
import { runIsa } from "../emulated/run-isa.ts";

const [file, folder] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(file!) as NativeAddon;

for (const isa of addon.isas) {
  const missing = isa.missing();
  if (missing === null) await runIsa(addon, isa, folder!);
  else console.log(`skipped ${isa.name}: this processor has no ${missing}`);
}
