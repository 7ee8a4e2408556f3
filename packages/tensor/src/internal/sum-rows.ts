import { channelBlocks, ReduceOp } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
import { Tensor } from "../tensor.ts";

/** Σ over all but the last axis in memory, (rows, channels) → (channels): the gradient of a bias. */
export function sumRows(kernels: Kernels, gradient: Float32Array, channels: number): Tensor {
  const result = new Tensor({ shape: [channels] });
  const rows = gradient.length / channels;
  kernels.reduce(
    ReduceOp.sum,
    gradient,
    result.data,
    channelBlocks({ outer: 1, channels: rows, inner: channels }),
  );
  return result;
}
