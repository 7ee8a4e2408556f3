import { readLinear } from "../internal/linear-geometry.ts";
import { quantizedLayer } from "../internal/quantized-layer.ts";

/**
 * Quantized linear layer, y = x Wᵀ + b, as `torch.nn.Linear`: a convolution of size 1 over rows.
 *
 * Values: x (…, I) → y (…, O), both 8-bit, contiguous. Constants: `weight` qint8 (O, I), the others as in `conv`.
 * Attributes: `low`, `high`, `torchEngine`, as in `conv`.
 */
export const linear = quantizedLayer("linear", readLinear);
