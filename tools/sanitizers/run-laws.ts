// All laws, with arrays of exact size, in a Node into which the sanitizers are loaded:
//   node --conditions=@octavo/source run-laws.ts <the addon>
import { createRequire } from "node:module";
import { nativeProvider, type NativeAddon } from "../../packages/kernels-common/src/index.ts";
import { report } from "../emulated/report.ts";
import { runLaws } from "../emulated/run-laws.ts";
import { withExactArrays } from "./exact-arrays.ts";

const addon = createRequire(import.meta.url)(process.argv[2]!) as NativeAddon;
for (const isa of addon.isas) {
  const missing = isa.missing();
  if (missing !== null) {
    console.log(`skipped ${isa.name}: this processor has no ${missing}`);
    continue;
  }
  console.log(isa.name);
  runLaws(withExactArrays(nativeProvider(addon, isa)), report);
}
