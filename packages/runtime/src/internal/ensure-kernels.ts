import { explain, loadKernels } from "@octavo/backend";
import type { LoadOptions } from "@octavo/backend";

/** Loads the kernels that the caller asks for; the best ones, when nobody has chosen yet; else leaves the choice. */
export async function ensureKernels(options: LoadOptions | undefined): Promise<void> {
  if (options || explain().choice === "default, before loadKernels()") await loadKernels(options);
}
