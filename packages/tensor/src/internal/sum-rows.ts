import { channelBlocks, ReduceOp } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
import { Tensor } from "../tensor.ts";

/** Σ over all but the last axis in memory, (rows, channels) → (channels): the gradient of a bias. */
export function sumRows(kernels: Kernels, gradient: Tensor, channels: number): Tensor {
  const result = new Tensor({ shape: [channels] });
  const rows = gradient.numel / channels;
  kernels.reduce(
    ReduceOp.sum,
    gradient.data,
    result.data,
    channelBlocks({ outer: 1, channels: rows, inner: channels }),
  );
  return result;
}
