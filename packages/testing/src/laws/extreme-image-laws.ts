import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { bytesLike, epilogue, packConv, rangeOf, trio } from "./quantized-scenes.ts";
import { shapeOfConv } from "./sizes.ts";

/**
 * Images that take the ends of their range by row and by column, in any pattern: where transforms of tiles, as Winograd's, give the
 * largest values that they can.
 */
const extremeImages = agreementLaw(
  "quantizedConv 3×3 of images at the ends of their range",
  trio,
  fc.record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    signed: fc.boolean(),
    zeroPoint: fc.constantFrom("low", "middle", "high"),
  }),
  ({ height, width, signed, zeroPoint }, random) => {
    const [batch, channels, terms] = [6, 16, 144];
    const [low, high] = rangeOf(signed);
    const xZeroPoint = { low, middle: low + 128, high }[zeroPoint];
    const x = bytesLike(signed, batch * height * width * channels);
    const signs = (count: number) => Array.from({ length: count }, () => random.pick([-1, 1]));
    for (let image = 0, at = 0; image < batch; image++) {
      const [rows, columns] = [signs(height), signs(width)];
      for (const row of rows) {
        for (const column of columns) x.fill(row === column ? high : low, at, (at += channels));
      }
    }
    const fields = {
      ...{ batch, inChannels: channels, outChannels: channels, groups: 1 },
      inSize: [1, height, width],
      outSize: [1, height, width],
      kernel: [1, 3, 3],
      stride: [1, 1, 1],
      padding: [0, 1, 1],
      dilation: [1, 1, 1],
    } as const;
    const shape = shapeOfConv(fields);
    return scene({
      arrays: {
        x,
        weight: Int8Array.from({ length: channels * terms }, () => random.pick([-128, 127])),
        ...epilogue(random, channels, terms, false),
        y: bytesLike(signed, x.length),
      },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, weight, bias, multiplier, y }) => {
        const packed = packConv(k, weight, new Int32Array(channels), shape, xZeroPoint, low, high);
        k.quantizedConv(x, packed, bias, multiplier, y, shape, xZeroPoint, low + 128, low, high);
      },
    });
  },
);

export const extremeImageLaws: readonly AgreementLaw[] = [extremeImages];
