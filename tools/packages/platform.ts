import { existsSync } from "node:fs";
import { join } from "node:path";
import { readPackage } from "../arrows/workspace.ts";
import { targets } from "../platforms/targets.ts";
import type { Combination } from "./install.ts";
import { packedFolder, packOne, type Packed } from "./pack.ts";

/** The package with kernels built for this system; null when its addon is not there. */
export async function packPlatform(root: string): Promise<Packed | null> {
  const here = targets.find(
    ({ name, system, architecture }) =>
      system === process.platform && architecture === process.arch && !name.endsWith("-musl"),
  );
  if (!here) return null;
  const folder = join(root, "packages", "platforms", here.name);
  return existsSync(join(folder, "octavo.node"))
    ? packOne(readPackage(here.name, folder), packedFolder(root))
    : null;
}

const kernelPackages: Record<string, string> = { x64: "@octavo/kernels-x86", arm64: "@octavo/kernels-arm" };

/** Its addon is found, loads and computes. */
export const platformCombination = ({ package: { manifest } }: Packed): Combination => ({
  name: `octavo with ${manifest.name}`,
  packages: ["octavo", kernelPackages[process.arch]!, manifest.name],
  program: `
    import { explain, ones } from "octavo";
    const { primary } = explain();
    if (!/^(x64|arm64)-/.test(primary)) throw new Error("no native kernels: " + explain());
    if (ones([2, 2]).add(1).sum().item() !== 8) throw new Error("wrong sum");`,
});
