import { ArgumentError } from "@octavo/spec";

import { defineTransform } from "../define-transform.ts";
import type { ImageBatch, Transform } from "../transform.ts";

/**
 * (x − mean[c]) / std[c], float32, one operation after the other as `torchvision.transforms.Normalize`; bytes are divided by
 * 255 first. `mean` and `std`: one number, or one per channel.
 *
 * @throws ArgumentError for a std of 0, or another number of channels than the images have.
 */
export const normalize = defineTransform(
  import.meta.url,
  "normalize",
  (mean: number | readonly number[], std: number | readonly number[]): Transform => {
    const means = [mean].flat();
    const stds = [std].flat();
    if (stds.some((one) => !(one > 0)) || means.some(Number.isNaN)) {
      throw new ArgumentError({
        where: "normalize",
        expected: "numbers, std > 0",
        got: `mean ${mean}, std ${std}`,
      });
    }
    return (batch) => {
      const perChannel = (list: readonly number[]) =>
        list.length === 1 ? new Array<number>(batch.channels).fill(list[0]) : list;
      const [m, s] = [perChannel(means), perChannel(stds)];
      if (m.length !== batch.channels || s.length !== batch.channels) {
        const got = `${means.length} means and ${stds.length} deviations`;
        throw new ArgumentError({ where: "normalize", expected: `one or ${batch.channels} of each`, got });
      }
      return {
        ...batch,
        data: batch.data instanceof Uint8Array ? fromBytes(batch, m, s) : inPlace(batch, m, s),
      };
    };
  },
);

const fl = Math.fround;

function fromBytes(
  { data, channels, height, width }: ImageBatch,
  mean: readonly number[],
  std: readonly number[],
): Float32Array {
  // All that can come out, per channel: a table costs less than the arithmetic.
  const tables = mean.map((m, c) =>
    Float32Array.from({ length: 256 }, (_, byte) => fl(fl(byte / 255) - fl(m)) / fl(std[c])),
  );
  const result = new Float32Array(data.length);
  const plane = height * width;
  for (let start = 0, c = 0; start < data.length; start += plane, c = (c + 1) % channels) {
    const table = tables[c];
    for (let i = start; i < start + plane; i++) result[i] = table[data[i]];
  }
  return result;
}

function inPlace(
  { data, channels, height, width }: ImageBatch,
  mean: readonly number[],
  std: readonly number[],
) {
  const plane = height * width;
  for (let start = 0, c = 0; start < data.length; start += plane, c = (c + 1) % channels) {
    const [m, s] = [fl(mean[c]), fl(std[c])];
    for (let i = start; i < start + plane; i++) data[i] = fl(data[i] - m) / s;
  }
  return data;
}
