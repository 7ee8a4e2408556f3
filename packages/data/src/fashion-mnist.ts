import type { DatasetSplits } from "./image-dataset.ts";
import { folderOf } from "./internal/folder-of.ts";
import { readIdxFolder } from "./internal/read-idx-folder.ts";

const classes = Object.freeze([
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
]);

/**
 * Fashion-MNIST (Xiao et al., 2017): 60 000 + 10 000 pictures of clothes, 1×28×28, from the four idx files in `dir`, gzip or
 * not. Throws as `mnist`.
 */
export async function fashionMnist(options: { readonly dir: string }): Promise<DatasetSplits> {
  return readIdxFolder(folderOf("fashionMnist", options, "the four idx files"), classes);
}
