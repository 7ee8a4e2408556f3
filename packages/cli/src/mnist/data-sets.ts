import { cifar10, fashionMnist, mnist } from "@octavo/data";
import type { DatasetSplits } from "@octavo/data";
import { UsageError } from "../option.ts";

/** `--data`: what reads each data set from `--dir`, which is "" when it was not given. */
export const dataSets = {
  mnist: (dir: string) => mnist(dir ? { dir } : {}),
  "fashion-mnist": (dir: string) =>
    fashionMnist({
      dir: given(dir, {
        name: "fashion-mnist",
        files: "the four idx files",
        source: "https://github.com/zalandoresearch/fashion-mnist",
      }),
    }),
  cifar10: (dir: string) =>
    cifar10({
      dir: given(dir, {
        name: "cifar10",
        files: "data_batch_*.bin and test_batch.bin",
        source: "https://www.cs.toronto.edu/~kriz/cifar.html (binary version)",
      }),
    }),
} satisfies Record<string, (dir: string) => Promise<DatasetSplits>>;

/** @throws UsageError where there is no folder. */
function given(
  dir: string,
  { name, files, source }: { name: string; files: string; source: string },
): string {
  if (dir) return dir;
  throw new UsageError({
    where: `octavo mnist --data ${name}`,
    expected: `--dir <folder> with ${files}`,
    got: "no --dir",
    hint: `They are at ${source}.`,
  });
}
