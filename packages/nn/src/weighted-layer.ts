import type { Tensor } from "@octavo/tensor";
import type { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** A layer with a weight whose forward can run with another weight: convolutions, transposed ones, linear. */
export interface WeightedLayer extends Module<[x: Tensor], Tensor> {
  weight: Parameter;
  bias: Parameter | null;
  /** Axis of `weight` that counts output channels: 0, and 1 for transposed convolutions (per group). */
  readonly channelAxis: number;
  /** One value per output channel, shaped to multiply the weight. */
  channelFactor(value: Tensor): Tensor;
  /** The layer's operation with its own geometry and the given weight and bias. */
  weightedForward(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor;
}

/** Whether a module is a convolution, a transposed one or linear, or says that it is like them. */
export function isWeightedLayer(module: object): module is WeightedLayer {
  return "weightedForward" in module;
}
