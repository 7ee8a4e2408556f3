import { cifar10, fashionMnist, mnist } from "@octavo/data";
import type { DatasetSplits } from "@octavo/data";
import { ArgumentError } from "@octavo/spec";

/** `--data`: what reads each data set from `--dir`, which is "" when it was not given. */
export const dataSets = {
  mnist: (dir: string) => mnist(dir ? { dir } : {}),
  "fashion-mnist": (dir: string) => fashionMnist({ dir: given(dir, "fashion-mnist", "the four idx files") }),
  cifar10: (dir: string) => cifar10({ dir: given(dir, "cifar10", "data_batch_*.bin and test_batch.bin") }),
} satisfies Record<string, (dir: string) => Promise<DatasetSplits>>;

function given(dir: string, name: string, files: string): string {
  if (dir) return dir;
  throw new ArgumentError({
    where: `octavo mnist --data ${name}`,
    expected: `--dir <folder> with ${files}`,
    got: "no --dir",
  });
}
