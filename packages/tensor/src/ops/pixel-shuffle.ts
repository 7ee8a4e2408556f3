import { requireShape } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { permute } from "./permute.ts";
import { reshape } from "./reshape.ts";

/**
 * (N, C r², H, W) → (N, C, H r, W r): every r² channels become a square of pixels, as torch.nn.functional.pixel_shuffle
 * (Shi et al. 2016). @throws ShapeError if r² does not divide the channels.
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  requireTensor(x, "pixelShuffle");
  requireShape(x.rank === 4, "pixelShuffle", "an input of rank 4, [batch, channels, height, width]", x.shape);
  const [batch, channels, height, width] = x.shape;
  const r = upscaleFactor;
  requireShape(channels % (r * r) === 0, "pixelShuffle", `channels in multiples of ${r}²`, x.shape);
  const split = reshape(x, [batch, channels / (r * r), r, r, height, width]);
  return reshape(permute(split, [0, 1, 4, 2, 5, 3]), [batch, channels / (r * r), height * r, width * r]);
}

/** The inverse of `pixelShuffle`: (N, C, H r, W r) → (N, C r², H, W). @throws ShapeError if r does not divide the sizes. */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  requireTensor(x, "pixelUnshuffle");
  requireShape(
    x.rank === 4,
    "pixelUnshuffle",
    "an input of rank 4, [batch, channels, height, width]",
    x.shape,
  );
  const [batch, channels, height, width] = x.shape;
  const r = downscaleFactor;
  requireShape(
    height % r === 0 && width % r === 0,
    "pixelUnshuffle",
    `height and width in multiples of ${r}`,
    x.shape,
  );
  const split = reshape(x, [batch, channels, height / r, r, width / r, r]);
  return reshape(permute(split, [0, 1, 3, 5, 2, 4]), [batch, channels * r * r, height / r, width / r]);
}
