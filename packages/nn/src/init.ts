import { entryOf, numberOfElements, ShapeError, withDefaults } from "@octavo/spec";
import { defaultGenerator } from "@octavo/tensor";
import type { Generator, Tensor } from "@octavo/tensor";

export interface InitOptions {
  readonly generator?: Generator;
}

const initDefaults = { generator: defaultGenerator };

/** Fills a tensor with one value, in place. */
export function constant_(x: Tensor, value: number): Tensor {
  x.data.fill(value);
  return x;
}

/** Fills a tensor with 0, in place. */
export const zeros_ = (x: Tensor): Tensor => constant_(x, 0);
/** Fills a tensor with 1, in place. */
export const ones_ = (x: Tensor): Tensor => constant_(x, 1);

/** Uniform in [low, high), in place. */
export function uniform_(x: Tensor, low = 0, high = 1, options: InitOptions = {}): Tensor {
  const { generator } = withDefaults("uniform_", initDefaults, options);
  const { data } = x;
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * generator.uniform();
  return x;
}

/** Normal with the given mean and standard deviation, in place. */
export function normal_(x: Tensor, mean = 0, std = 1, options: InitOptions = {}): Tensor {
  const { generator } = withDefaults("normal_", initDefaults, options);
  const { data } = x;
  for (let i = 0; i < data.length; i++) data[i] = mean + std * generator.normal();
  return x;
}

/** Inputs and outputs of one unit of a weight (out, in, kernel …). @throws ShapeError below rank 2. */
export function fans({ shape }: Pick<Tensor, "shape">): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new ShapeError({
      where: "fans",
      expected: "a weight of rank 2 or more",
      got: `[${shape.join(", ")}]`,
    });
  }
  const taps = numberOfElements(shape.slice(2));
  return { fanIn: shape[1] * taps, fanOut: shape[0] * taps };
}

export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

const gains: { readonly [N in Nonlinearity]: (slope: number) => number } = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope * slope)),
  selu: () => 3 / 4,
};

/** Factor that keeps the variance through a nonlinearity, as torch.nn.init.calculate_gain. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  return entryOf(gains, nonlinearity, "calculateGain", "nonlinearity")(slope);
}

export interface KaimingOptions extends InitOptions {
  /** Negative slope of the leaky ReLU that follows. Default 0. */
  readonly a?: number;
  readonly mode?: "fanIn" | "fanOut";
  readonly nonlinearity?: Nonlinearity;
}

const kaimingDefaults = { ...initDefaults, a: 0, mode: "fanIn", nonlinearity: "leakyRelu" } as const;

/** The standard deviation, and the generator to draw with. */
function kaiming(where: string, x: Tensor, options: KaimingOptions) {
  const { a, mode, nonlinearity, generator } = withDefaults(where, kaimingDefaults, options);
  return { std: calculateGain(nonlinearity, a) / Math.sqrt(fans(x)[mode]), generator };
}

/** He et al. 2015, uniform: bound = gain · √(3 / fan). */
export function kaimingUniform_(x: Tensor, options: KaimingOptions = {}): Tensor {
  const { std, generator } = kaiming("kaimingUniform_", x, options);
  const bound = Math.sqrt(3) * std;
  return uniform_(x, -bound, bound, { generator });
}

/** He et al. 2015, normal: std = gain / √fan. */
export function kaimingNormal_(x: Tensor, options: KaimingOptions = {}): Tensor {
  const { std, generator } = kaiming("kaimingNormal_", x, options);
  return normal_(x, 0, std, { generator });
}

export interface XavierOptions extends InitOptions {
  /** Default 1. */
  readonly gain?: number;
}

const xavierDefaults = { ...initDefaults, gain: 1 };

function xavierStd(x: Tensor, gain: number): number {
  const { fanIn, fanOut } = fans(x);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Glorot & Bengio 2010, uniform: bound = gain · √(6 / (fanIn + fanOut)). */
export function xavierUniform_(x: Tensor, options: XavierOptions = {}): Tensor {
  const { gain, generator } = withDefaults("xavierUniform_", xavierDefaults, options);
  const bound = Math.sqrt(3) * xavierStd(x, gain);
  return uniform_(x, -bound, bound, { generator });
}

/** Glorot & Bengio 2010, normal: std = gain · √(2 / (fanIn + fanOut)). */
export function xavierNormal_(x: Tensor, options: XavierOptions = {}): Tensor {
  const { gain, generator } = withDefaults("xavierNormal_", xavierDefaults, options);
  return normal_(x, 0, xavierStd(x, gain), { generator });
}
