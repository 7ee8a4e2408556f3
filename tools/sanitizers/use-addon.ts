import { createRequire } from "node:module";
import { loadKernels, registerProvider } from "../../packages/backend/src/index.ts";
import { nativeProvider, type NativeAddon } from "../../packages/kernels-common/src/index.ts";

/** From now on this thread's kernels are the addon's best ones that run here. @returns their name */
export async function useAddon(file: string): Promise<string> {
  const addon = createRequire(import.meta.url)(file) as NativeAddon;
  const isa = addon.isas.find((one) => one.missing() === null)!;
  const { name } = isa;
  const open = () => ({ provider: nativeProvider(addon, isa) });
  registerProvider({ name, kind: "native", priority: 1000, open });
  await loadKernels({ use: name });
  return name;
}
