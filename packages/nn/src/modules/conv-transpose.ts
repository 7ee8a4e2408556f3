import { withDefaults } from "@octavo/spec";
import { convTranspose1d, convTranspose2d, convTranspose3d, perAxis } from "@octavo/tensor";
import type {
  ConvTransposeOptions as ConvTransposeGeometry,
  Generator,
  PerAxis,
  Tensor,
} from "@octavo/tensor";
import { allEqual } from "../internal/all-equal.ts";
import { pythonValue } from "../internal/python-text.ts";
import { resetLayer } from "../internal/reset-layer.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import type { WeightedLayer } from "../weighted-layer.ts";
import { requireGroups } from "./conv.ts";

export interface ConvTransposeOptions extends ConvTransposeGeometry {
  /** Default true. */
  readonly bias?: boolean;
  readonly generator?: Generator;
}

const defaults = {
  stride: 1,
  padding: 0,
  outputPadding: 0,
  dilation: 1,
  groups: 1,
  bias: true,
  generator: undefined,
} as const;
const convolutions = [convTranspose1d, convTranspose2d, convTranspose3d] as const;

/** Transposed convolutions over 1 to 3 spatial axes: (N, inChannels, spatial …) → (N, outChannels, spatial …). */
export abstract class ConvTransposeNd extends Module<[x: Tensor], Tensor> implements WeightedLayer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** (inChannels, outChannels / groups, kernel …), channels-last in memory. */
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    dims: 1 | 2 | 3,
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvTransposeOptions,
  ) {
    super();
    const name = this.typeName();
    const settings = withDefaults(name, defaults, options);
    const { stride, padding, outputPadding, dilation, groups, bias, generator } = settings;
    requireCounts(name, { inChannels, outChannels });
    requireGroups(inChannels, outChannels, groups);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perAxis(kernelSize, dims, `${name} kernelSize`, 1);
    this.stride = perAxis(stride, dims, `${name} stride`, 1);
    this.padding = perAxis(padding, dims, `${name} padding`, 0);
    this.outputPadding = perAxis(outputPadding, dims, `${name} outputPadding`, 0);
    this.dilation = perAxis(dilation, dims, `${name} dilation`, 1);
    this.groups = groups;
    const shape = [inChannels, outChannels / groups, ...this.kernelSize];
    this.weight = new Parameter({ shape, memoryFormat: "channelsLast" });
    this.bias = bias ? new Parameter({ shape: [outChannels] }) : null;
    resetLayer(this.weight, this.bias, { generator });
  }

  get channelAxis(): number {
    return 1;
  }

  /** Output channels of a group repeat over its input channels. */
  channelFactor(value: Tensor): Tensor {
    const { groups, inChannels, outChannels } = this;
    const ones = this.kernelSize.map(() => 1);
    if (groups === 1) return value.reshape([1, outChannels, ...ones]);
    const perGroup = value.reshape([groups, 1, outChannels / groups]);
    const repeated = perGroup.expand([groups, inChannels / groups, outChannels / groups]);
    return repeated.reshape([inChannels, outChannels / groups, ...ones]);
  }

  weightedForward(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
    const { stride, padding, outputPadding, dilation, groups } = this;
    const convolve = convolutions[this.kernelSize.length - 1];
    return convolve(x, weight, bias, { stride, padding, outputPadding, dilation, groups });
  }

  override forward(x: Tensor): Tensor {
    return this.weightedForward(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { padding, outputPadding, dilation, groups } = this;
    return [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${pythonValue(this.kernelSize)}`,
      `stride=${pythonValue(this.stride)}`,
      !allEqual(padding, 0) && `padding=${pythonValue(padding)}`,
      !allEqual(dilation, 1) && `dilation=${pythonValue(dilation)}`,
      !allEqual(outputPadding, 0) && `output_padding=${pythonValue(outputPadding)}`,
      groups !== 1 && `groups=${groups}`,
      this.bias === null && "bias=False",
    ]
      .filter(Boolean)
      .join(", ");
  }
}

/** (N, inChannels, L) → (N, outChannels, L') */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvTransposeOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/** (N, inChannels, H, W) → (N, outChannels, H', W') */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvTransposeOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** (N, inChannels, D, H, W) → (N, outChannels, D', H', W') */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvTransposeOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
