import { ArgumentError, BinaryOp } from "@octavo/spec";
import { defaultGenerator } from "../generator.ts";
import type { Generator } from "../generator.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat } from "../internal/require.ts";
import { broadcastTo } from "../internal/strided.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";

const dropoutOp: Op<[Tensor], { p: number; generator: Generator }> = {
  name: "dropout",
  shape([x]) {
    requireFloat(x, "dropout");
    return { shape: x.shape, memoryFormat: x.memoryFormat };
  },
  forward(kernels, [x], y, { p, generator }) {
    const mask = new Tensor(x);
    generator.fillBernoulli(mask.data, 1 - p, p === 1 ? 0 : 1 / (1 - p));
    kernels.binary(BinaryOp.mul, x.data, mask.data, y.data, broadcastTo(y, x, mask));
    return [mask];
  },
  backward(kernels, gradient, { extra: [mask] }) {
    const dx = new Tensor(mask);
    kernels.binary(BinaryOp.mul, gradient.data, mask.data, dx.data, broadcastTo(dx, gradient, mask));
    return [dx];
  },
  saves: { inputs: false },
};

export interface DropoutOptions {
  /** Probability of a zero. Default 0.5. */
  readonly p?: number;
  /** Default true; false returns x itself. */
  readonly training?: boolean;
  readonly generator?: Generator;
}

const settings = optionsOf<Required<DropoutOptions>>("dropout", {
  p: 0.5,
  training: true,
  generator: defaultGenerator,
});

/** Zeroes elements at random and scales the others by 1 / (1 − p) (Hinton et al. 2012). */
export function dropout(x: Tensor, options?: DropoutOptions): Tensor {
  const { p, training, generator } = settings(options);
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError({ where: whereOf("dropout"), expected: "a probability", got: `p = ${p}` });
  }
  return training && p > 0 ? applyOp(dropoutOp, [x], { p, generator }) : x;
}
