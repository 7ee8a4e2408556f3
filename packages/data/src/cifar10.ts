import { bytesOf, readBytes } from "@octavo/safetensors";
import { ArgumentError, FormatError } from "@octavo/spec";

import type { DatasetSplits, ImageDataset } from "./image-dataset.ts";
import { folderOf } from "./internal/folder-of.ts";

const classes = Object.freeze([
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
]);
const pixels = 3 * 32 * 32;

/**
 * CIFAR-10 (Krizhevsky, 2009), 3×32×32, from the files of its binary version in a folder (Node): all `data_batch*.bin` in
 * the order of their names are the training images, all `test_batch*.bin` the test images.
 *
 * @throws ArgumentError if the folder or either kind of file is missing. @throws FormatError if a file is damaged.
 */
export async function cifar10(options: { readonly dir: string }): Promise<DatasetSplits> {
  const dir = folderOf("cifar10", options, "data_batch*.bin and test_batch*.bin");
  const files = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!files) {
    const hint = "Fetch the files and give their bytes to readCifar10.";
    throw new ArgumentError({
      where: "cifar10",
      expected: "Node, to read a folder",
      got: "another environment",
      hint,
    });
  }
  const names = await files.readdir(dir).catch(() => []);
  const read = async (pattern: RegExp) => {
    const wanted = names.filter((name) => pattern.test(name)).sort();
    if (wanted.length === 0) {
      const hint = "Unpack cifar-10-binary.tar.gz and give its folder as dir.";
      throw new ArgumentError({
        where: dir,
        expected: `files that match ${pattern.source}`,
        got: "none",
        hint,
      });
    }
    return concatenate(
      await Promise.all(
        wanted.map(async (name) => readCifar10(await readBytes(`${dir}/${name}`), `${dir}/${name}`)),
      ),
    );
  };
  const [train, test] = await Promise.all([read(/^data_batch.*\.bin$/), read(/^test_batch.*\.bin$/)]);
  return { train, test };
}

/**
 * Parses a file of CIFAR-10's binary version: any number of records of one label byte and 3 072 bytes (C, H, W).
 * @param where name of the source, for errors.
 * @throws ArgumentError for anything but its bytes. @throws FormatError if it is not a whole number of records, or a label is no class.
 */
export function readCifar10(file: Uint8Array | ArrayBuffer, where = "CIFAR-10 file"): ImageDataset {
  const bytes = bytesOf(file, where);
  const record = 1 + pixels;
  const count = bytes.length / record;
  if (!Number.isInteger(count) || count === 0) {
    const hint = "The file is truncated, or not of CIFAR-10's binary version.";
    throw new FormatError({
      where,
      expected: `a multiple of ${record} bytes`,
      got: String(bytes.length),
      hint,
    });
  }
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * record];
    images.set(bytes.subarray(i * record + 1, (i + 1) * record), i * pixels);
    if (labels[i] >= classes.length) {
      throw new FormatError({
        where: `${where}, record ${i}`,
        expected: "a label below 10",
        got: String(labels[i]),
      });
    }
  }
  return { images, labels, shape: [3, 32, 32], classes };
}

function concatenate(parts: readonly ImageDataset[]): ImageDataset {
  const joined = (key: "images" | "labels") => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part[key].length, 0));
    let position = 0;
    for (const part of parts) {
      all.set(part[key], position);
      position += part[key].length;
    }
    return all;
  };
  return parts.length === 1 ? parts[0] : { ...parts[0], images: joined("images"), labels: joined("labels") };
}
