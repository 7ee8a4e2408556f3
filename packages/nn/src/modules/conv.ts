import { ArgumentError, withDefaults } from "@octavo/spec";
import { conv1d, conv2d, conv3d, pad, perAxis } from "@octavo/tensor";
import type { ConvOptions as ConvGeometry, Generator, PerAxis, Tensor } from "@octavo/tensor";
import { allEqual } from "../internal/all-equal.ts";
import { pythonValue } from "../internal/python-text.ts";
import { resetLayer } from "../internal/reset-layer.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import type { WeightedLayer } from "../weighted-layer.ts";

const paddingModes = ["zeros", "reflect", "replicate", "circular"] as const;
export type PaddingMode = (typeof paddingModes)[number];

export interface ConvOptions extends ConvGeometry {
  /** Default true. */
  readonly bias?: boolean;
  /** What lies outside the input. Default zeros. */
  readonly paddingMode?: PaddingMode;
  readonly generator?: Generator;
}

const defaults = {
  stride: 1,
  padding: 0,
  dilation: 1,
  groups: 1,
  bias: true,
  paddingMode: "zeros",
  generator: undefined,
} as const;
const convolutions = [conv1d, conv2d, conv3d] as const;

/** Convolutions over 1 to 3 spatial axes: (N, inChannels, spatial …) → (N, outChannels, spatial …). */
export abstract class ConvNd extends Module<[x: Tensor], Tensor> implements WeightedLayer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "same" | "valid";
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  /** (outChannels, inChannels / groups, kernel …), channels-last in memory. */
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    dims: 1 | 2 | 3,
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvOptions,
  ) {
    super();
    const name = this.typeName();
    const settings = withDefaults(name, defaults, options);
    const { stride, padding, dilation, groups, bias, paddingMode, generator } = settings;
    requireCounts(name, { inChannels, outChannels });
    requireGroups(inChannels, outChannels, groups);
    requirePaddingMode(name, paddingMode);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perAxis(kernelSize, dims, `${name} kernelSize`, 1);
    this.stride = perAxis(stride, dims, `${name} stride`, 1);
    this.padding = typeof padding === "string" ? padding : perAxis(padding, dims, `${name} padding`, 0);
    this.dilation = perAxis(dilation, dims, `${name} dilation`, 1);
    this.groups = groups;
    this.paddingMode = paddingMode;
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    this.weight = new Parameter({ shape, memoryFormat: "channelsLast" });
    this.bias = bias ? new Parameter({ shape: [outChannels] }) : null;
    resetLayer(this.weight, this.bias, { generator });
  }

  get channelAxis(): number {
    return 0;
  }

  channelFactor(value: Tensor): Tensor {
    return value.reshape([this.outChannels, ...this.kernelSize.map(() => 1), 1]);
  }

  weightedForward(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
    const { stride, padding, dilation, groups, paddingMode } = this;
    const convolve = convolutions[this.kernelSize.length - 1];
    if (paddingMode === "zeros") return convolve(x, weight, bias, { stride, padding, dilation, groups });
    const padded = pad(x, this.paddingAmounts(), { mode: paddingMode });
    return convolve(padded, weight, bias, { stride, dilation, groups });
  }

  /** Before and after each axis, the last first, as `pad` takes them. */
  private paddingAmounts(): number[] {
    const { padding, dilation, kernelSize } = this;
    const amounts = kernelSize.map((taps, i) => {
      const total = padding === "same" ? dilation[i] * (taps - 1) : padding === "valid" ? 0 : 2 * padding[i];
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return amounts.reverse().flat();
  }

  override forward(x: Tensor): Tensor {
    return this.weightedForward(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { padding, dilation, groups, paddingMode } = this;
    const isPadded = typeof padding === "string" || !allEqual(padding, 0);
    return [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${pythonValue(this.kernelSize)}`,
      `stride=${pythonValue(this.stride)}`,
      isPadded && `padding=${typeof padding === "string" ? padding : pythonValue(padding)}`,
      !allEqual(dilation, 1) && `dilation=${pythonValue(dilation)}`,
      groups !== 1 && `groups=${groups}`,
      this.bias === null && "bias=False",
      paddingMode !== "zeros" && `padding_mode=${paddingMode}`,
    ]
      .filter(Boolean)
      .join(", ");
  }
}

/** @throws ArgumentError for a mode that is none: another would be taken for zeros. */
function requirePaddingMode(where: string, paddingMode: PaddingMode): void {
  if (paddingModes.includes(paddingMode)) return;
  const expected = `paddingMode ${paddingModes.join(", ")}`;
  throw new ArgumentError({ where, expected, got: String(paddingMode) });
}

/** @throws ArgumentError unless channels divide into the groups. */
export function requireGroups(inChannels: number, outChannels: number, groups: number): void {
  if (Number.isInteger(groups) && groups > 0 && inChannels % groups === 0 && outChannels % groups === 0)
    return;
  throw new ArgumentError({
    where: "convolution",
    expected: "channels that divide into the groups",
    got: `inChannels ${inChannels}, outChannels ${outChannels}, groups ${groups}`,
  });
}

/** (N, inChannels, L) → (N, outChannels, L') */
export class Conv1d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/** (N, inChannels, H, W) → (N, outChannels, H', W') */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** (N, inChannels, D, H, W) → (N, outChannels, D', H', W') */
export class Conv3d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
