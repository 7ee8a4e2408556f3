import { requireShape } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { relu } from "./activations.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { reshape } from "./reshape.ts";

/**
 * x > 0 ? x : weight · x, weight one number or one per channel (axis 1) (He et al. 2015). torch.nn.functional.prelu.
 * @throws ShapeError for another number of weights.
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  requireTensor(x, "prelu");
  requireTensor(weight, "prelu");
  const channels = x.rank >= 2 ? x.shape[1] : 1;
  requireShape(
    weight.numel === 1 || weight.numel === channels,
    "prelu",
    `1 or ${channels} weights`,
    weight.shape,
  );
  const slope =
    weight.numel === 1 ? weight : reshape(weight, [channels, ...new Array<number>(x.rank - 2).fill(1)]);
  const positive = relu(x);
  // Exactly x or 0, so that the sum is exact too, and the gradient at 0 is the weight as in torch.
  return add(positive, mul(sub(x, positive), slope));
}
