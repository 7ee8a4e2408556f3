import { readBytes } from "@octavo/safetensors";
import { ArgumentError, FormatError } from "@octavo/spec";

import type { DatasetSplits, ImageDataset } from "../image-dataset.ts";
import { readIdx } from "../read-idx.ts";
import type { Idx } from "../read-idx.ts";
import { gunzip } from "./gunzip.ts";

/** Reads the four files of MNIST and its kin from a folder or the address of one; gzip or not. */
export async function readIdxFolder(folder: string, classes: readonly string[]): Promise<DatasetSplits> {
  const [train, test] = await Promise.all(
    ["train", "t10k"].map((prefix) => readSplit(folder, prefix, classes)),
  );
  return { train, test };
}

async function readSplit(folder: string, prefix: string, classes: readonly string[]): Promise<ImageDataset> {
  const [images, labels] = await Promise.all([
    readFirst(folder, [`${prefix}-images-idx3-ubyte`, `${prefix}-images.idx3-ubyte`]),
    readFirst(folder, [`${prefix}-labels-idx1-ubyte`, `${prefix}-labels.idx1-ubyte`]),
  ]);
  const where = `${folder}: ${prefix}`;
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3) {
    throw new FormatError({
      where,
      expected: "images of shape (N, H, W)",
      got: `[${images.shape.join(", ")}]`,
    });
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new FormatError({
      where,
      expected: `labels of shape [${count}]`,
      got: `[${labels.shape.join(", ")}]`,
    });
  }
  const unknown = labels.data.find((label) => label >= classes.length);
  if (unknown !== undefined) {
    throw new FormatError({ where, expected: `labels below ${classes.length}`, got: String(unknown) });
  }
  return { images: images.data, labels: labels.data, shape: [1, height, width], classes };
}

/** The first of some files that is there, plain or with `.gz`. */
async function readFirst(folder: string, names: readonly string[]): Promise<Idx> {
  const candidates = names.flatMap((name) => [name, `${name}.gz`]);
  for (const name of candidates) {
    const path = `${folder.replace(/[/\\]$/, "")}/${name}`;
    const bytes = await readBytes(path).catch((error: unknown) => {
      if (error instanceof ArgumentError) return null;
      throw error;
    });
    if (bytes) return readIdx(await gunzip(bytes, path), path);
  }
  const expected = `one of ${candidates.join(", ")}`;
  throw new ArgumentError({
    where: folder,
    expected,
    got: "none of them",
    hint: "Give the folder that holds the files.",
  });
}
