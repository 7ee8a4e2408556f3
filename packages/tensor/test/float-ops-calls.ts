import * as ops from "@octavo/tensor";
import type { AdaptiveSize, PadMode, Tensor } from "@octavo/tensor";

type Inputs = Readonly<Record<string, Tensor>>;
/** torch's keyword arguments in camelCase. */
type Arguments = Readonly<Record<string, any>>;
type Call = (inputs: Inputs, options: Arguments) => Tensor | readonly Tensor[];

const unary =
  (f: (x: Tensor, options?: any) => Tensor): Call =>
  ({ x }, options) =>
    f(x, options);
const binary =
  (f: (a: Tensor, b: Tensor, options?: any) => Tensor): Call =>
  ({ a, b }, options) =>
    f(a, b, options);
const pool =
  (f: (x: Tensor, kernelSize: number | readonly number[], options?: any) => Tensor): Call =>
  ({ x }, { kernelSize, ...options }) =>
    f(x, kernelSize, options);
const adaptive =
  (f: (x: Tensor, size: AdaptiveSize) => Tensor): Call =>
  ({ x }, { outputSize }) =>
    f(x, outputSize);
const layer =
  (f: (x: Tensor, weight: Tensor, bias: Tensor | null, options?: any) => Tensor): Call =>
  ({ x, weight, bias }, options) =>
    f(x, weight, bias ?? null, options);
const loss =
  (f: (x: Tensor, target: Tensor, options?: any) => Tensor): Call =>
  ({ x, target, weight }, options) =>
    f(x, target, weight ? { ...options, weight: weight.detach() } : options);
const values =
  (f: (x: Tensor, options: { dim: number }) => { values: Tensor; indices: Tensor }): Call =>
  ({ x }, { dim }) => {
    const found = f(x, { dim });
    return [found.values, found.indices];
  };

/** Cases of modules, which are tests of `nn`. */
export const ofModules =
  /^instance_norm\/running-stats|^(batch_norm|(LSTM|GRU|RNN)(Cell)?|MultiheadAttention)\//;

/** How each case of the goldens is called here, by the first part of its name; absent ones are not implemented. */
export const calls: Readonly<Record<string, Call>> = {
  linear: layer(ops.linear),
  conv1d: layer(ops.conv1d),
  conv2d: layer((x, weight, bias, { paddingMode = "zeros", ...options }) => {
    if (paddingMode === "zeros") return ops.conv2d(x, weight, bias, options);
    const [vertical, horizontal] = [options.padding].flat().concat(options.padding).flat();
    const amounts = [horizontal, horizontal, vertical, vertical];
    return ops.conv2d(ops.pad(x, amounts, { mode: paddingMode }), weight, bias, { ...options, padding: 0 });
  }),
  conv3d: layer(ops.conv3d),
  conv_transpose1d: layer(ops.convTranspose1d),
  conv_transpose2d: layer(ops.convTranspose2d),
  conv_transpose3d: layer(ops.convTranspose3d),
  relu: unary(ops.relu),
  relu6: unary(ops.relu6),
  leaky_relu: unary(ops.leakyRelu),
  elu: unary(ops.elu),
  selu: unary(ops.selu),
  celu: unary(ops.celu),
  gelu: unary(ops.gelu),
  silu: unary(ops.silu),
  mish: unary(ops.mish),
  hardswish: unary(ops.hardswish),
  hardsigmoid: unary(ops.hardsigmoid),
  hardtanh: unary(ops.hardtanh),
  sigmoid: unary(ops.sigmoid),
  tanh: unary(ops.tanh),
  logsigmoid: unary(ops.logSigmoid),
  softplus: unary(ops.softplus),
  softsign: unary(ops.softsign),
  clamp: unary(ops.clamp),
  abs: unary(ops.abs),
  neg: unary(ops.neg),
  square: unary(ops.square),
  round: unary(ops.round),
  sign: unary(ops.sign),
  floor: unary(ops.floor),
  exp: unary(ops.exp),
  log: unary(ops.log),
  sqrt: unary(ops.sqrt),
  rsqrt: unary(ops.rsqrt),
  reciprocal: unary(ops.reciprocal),
  softmax: unary(ops.softmax),
  log_softmax: unary(ops.logSoftmax),
  max_pool1d: pool(ops.maxPool1d),
  max_pool2d: pool(ops.maxPool2d),
  max_pool3d: pool(ops.maxPool3d),
  avg_pool1d: pool(ops.avgPool1d),
  avg_pool2d: pool(ops.avgPool2d),
  avg_pool3d: pool(ops.avgPool3d),
  adaptive_avg_pool1d: adaptive(ops.adaptiveAvgPool1d),
  adaptive_avg_pool2d: adaptive(ops.adaptiveAvgPool2d),
  adaptive_avg_pool3d: adaptive(ops.adaptiveAvgPool3d),
  adaptive_max_pool1d: adaptive(ops.adaptiveMaxPool1d),
  adaptive_max_pool2d: adaptive(ops.adaptiveMaxPool2d),
  adaptive_max_pool3d: adaptive(ops.adaptiveMaxPool3d),
  pad: ({ x }, { pad, ...options }) => ops.pad(x, pad, options as { mode: PadMode }),
  cat: (inputs, options) => ops.cat(Object.values(inputs), options),
  stack: (inputs, options) => ops.stack(Object.values(inputs), options),
  prelu: ({ x, weight }) => ops.prelu(x, weight),
  layer_norm: ({ x, weight, bias }, { normalizedShape, eps }) =>
    ops.layerNorm(x, normalizedShape, { weight, bias, eps }),
  group_norm: ({ x, weight, bias }, { numGroups, eps }) => ops.groupNorm(x, numGroups, { weight, bias, eps }),
  instance_norm: ({ x, weight, bias }, options) =>
    ops.instanceNorm(x, null, null, { weight, bias, ...options }),
  interpolate: ({ x }, options) => ops.interpolate(x, options),
  chunk: ({ x }, { chunks, dim }) => ops.chunk(x, chunks, { dim }),
  split: ({ x }, { splitSize, dim }) => ops.split(x, splitSize, { dim }),
  permute: ({ x }, { dims }) => x.permute(dims),
  flatten: unary(ops.flatten),
  pixel_shuffle: ({ x }, { upscaleFactor }) => ops.pixelShuffle(x, upscaleFactor),
  pixel_unshuffle: ({ x }, { downscaleFactor }) => ops.pixelUnshuffle(x, downscaleFactor),
  channel_shuffle: ({ x }, { groups }) => ops.channelShuffle(x, groups),
  slice: ({ x }) => x.slice(1, 1, 5, 2).slice(2, -2),
  dropout: unary(ops.dropout),
  add: binary(ops.add),
  sub: binary(ops.sub),
  mul: binary(ops.mul),
  div: binary(ops.div),
  maximum: binary(ops.maximum),
  minimum: binary(ops.minimum),
  pow: ({ x }, { exponent }) => ops.pow(x, exponent),
  matmul: binary(ops.matmul),
  bmm: binary(ops.bmm),
  addmm: ({ c, a, b }, options) => ops.addmm(c, a, b, options),
  sum: unary(ops.sum),
  mean: unary(ops.mean),
  amax: unary(ops.amax),
  amin: unary(ops.amin),
  var: unary(ops.variance),
  prod: unary(ops.prod),
  cumsum: ({ x }, { dim }) => ops.cumsum(x, { dim }),
  where: ({ x, y }) => {
    const positive = Uint8Array.from(x.toArray() as Float32Array, (value) => Number(value > 0));
    return ops.where(ops.tensor(positive, x.shape, { dtype: "bool" }), x, y);
  },
  logsumexp: unary(ops.logsumexp),
  max: values(ops.max),
  min: values(ops.min),
  argmax: unary(ops.argmax),
  embedding_bag: ({ weight, index, offsets = null, per_sample_weights: perSampleWeights = null }, options) =>
    ops.embeddingBag(index, weight, { ...options, offsets, perSampleWeights }),
  embedding: ({ weight, index }, options) => ops.embedding(index, weight, options),
  cross_entropy: (inputs, options) =>
    inputs.target_logits
      ? ops.crossEntropy(inputs.x, ops.softmax(inputs.target_logits.detach()), options)
      : loss(ops.crossEntropy)(inputs, options),
  nll_loss: loss(ops.nllLoss),
  mse_loss: loss(ops.mseLoss),
  l1_loss: loss(ops.l1Loss),
  smooth_l1_loss: loss(ops.smoothL1Loss),
  huber_loss: loss(ops.huberLoss),
  binary_cross_entropy_with_logits: loss(ops.binaryCrossEntropyWithLogits),
  kl_div: ({ x, target_logits }, options) =>
    ops.klDiv(ops.logSoftmax(x, { dim: 1 }), ops.softmax(target_logits.detach(), { dim: 1 }), options),
};

/** Arguments that say what a module is, or are defaults of torch that are named otherwise here. */
export function argumentsOf(args: Readonly<Record<string, unknown>>): Arguments {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
