import { shuffledChannels } from "@octavo/spec";
import { movedQParams } from "../internal/moved-qparams.ts";
import { requireShape } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

interface Groups {
  readonly groups: number;
}

const channelShuffleOp: Op<[Tensor], Groups> = {
  name: "channelShuffle",
  shape([x], { groups }) {
    requireShape(x.rank >= 3, "channelShuffle", "an input of rank 3 or more, [batch, channels, …]", x.shape);
    requireShape(
      Number.isInteger(groups) && groups >= 1 && x.shape[1] % groups === 0,
      "channelShuffle",
      `groups that divide ${x.shape[1]} channels`,
      String(groups),
    );
    return { shape: x.shape, memoryFormat: x.memoryFormat, ...movedQParams(x, "channelShuffle") };
  },
  forward: (kernels, [x], y, { groups }) =>
    kernels.copyRegion(x.raw(), y.raw(), shuffledChannels(x.shape, x.memoryFormat, groups)),
  // Its inverse shuffles what lies in the same place of every group back.
  backward: (_, gradient, { attributes: { groups } }) => [
    channelShuffle(gradient, gradient.shape[1] / groups),
  ],
  saves: { inputs: false },
  acceptsQuantized: true,
};

/**
 * Channels of (N, C, …) seen as (groups, C / groups), transposed: grouped convolutions exchange what they know (Zhang et
 * al., "ShuffleNet", 2017). torch.nn.functional.channel_shuffle. @throws ShapeError if `groups` does not divide C.
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  return applyOp(channelShuffleOp, [x], { groups });
}
