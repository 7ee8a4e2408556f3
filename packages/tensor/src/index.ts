import "./methods.ts";

export { backward, enableGrad, isGradEnabled, noGrad } from "./autograd.ts";
export { callContext, setCallContext } from "./call-context.ts";
export type { CallContext } from "./call-context.ts";
export { arange, empty, full, ones, rand, randn, tensor, zeros } from "./factories.ts";
export type { FillOptions, NestedArray, RandomOptions, TensorOptions } from "./factories.ts";
export { frame } from "./frame.ts";
export { defaultGenerator, Generator, manualSeed } from "./generator.ts";
export type { GeneratorState } from "./generator.ts";
export type { ClassLossOptions } from "./internal/class-weights.ts";
export type { ReduceOptions } from "./internal/define-reduction.ts";
export { kindOf } from "./internal/kind-of.ts";
export { requireUnquantized } from "./internal/refuse-quantized.ts";
export { requireIndices } from "./require-indices.ts";
export { requireTensor } from "./internal/require-tensor.ts";
export type { Reduction } from "./internal/reduction.ts";
export { perAxis } from "./internal/spatial.ts";
export type { PerAxis } from "./internal/spatial.ts";
export type { TensorMethods } from "./methods.ts";
export { applyOp, defineOp, setQuantizedForm } from "./op.ts";
export type { Op, OpFunction, OpInputs, Saved } from "./op.ts";
export {
  celu,
  clamp,
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from "./ops/activations.ts";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./ops/adaptive-pool.ts";
export type { AdaptiveSize } from "./ops/adaptive-pool.ts";
export { argmax, argmin } from "./ops/arg-extremum.ts";
export type { ArgExtremumOptions } from "./ops/arg-extremum.ts";
export { add, div, maximum, minimum, mul, pow, sub } from "./ops/arithmetic.ts";
export { addedMask, attention, scaledDotProductAttention } from "./ops/attention.ts";
export type { Attended, AttentionOptions } from "./ops/attention.ts";
export { avgPool1d, avgPool2d, avgPool3d } from "./ops/avg-pool.ts";
export type { AvgPoolOptions } from "./ops/avg-pool.ts";
export { batchNorm } from "./ops/batch-norm.ts";
export type { BatchNormOptions } from "./ops/batch-norm.ts";
export { cat, stack } from "./ops/cat.ts";
export { clone } from "./ops/clone.ts";
export { conv1d, conv2d, conv3d } from "./ops/conv.ts";
export type { ConvAttributes, ConvOptions } from "./ops/conv.ts";
export { convTranspose1d, convTranspose2d, convTranspose3d } from "./ops/conv-transpose.ts";
export type { ConvTransposeAttributes, ConvTransposeOptions } from "./ops/conv-transpose.ts";
export { crossEntropy, nllLoss } from "./ops/cross-entropy.ts";
export type { CrossEntropyOptions, NllLossOptions } from "./ops/cross-entropy.ts";
export { cumsum } from "./ops/cumsum.ts";
export { dequantize, intRepr } from "./ops/dequantize.ts";
export { dropout } from "./ops/dropout.ts";
export type { DropoutOptions } from "./ops/dropout.ts";
export { embedding } from "./ops/embedding.ts";
export { embeddingBag } from "./ops/embedding-bag.ts";
export type { EmbeddingBagOptions } from "./ops/embedding-bag.ts";
export { expand } from "./ops/expand.ts";
export { amax, amin } from "./ops/extremum.ts";
export { fakeQuantize } from "./ops/fake-quantize.ts";
export { interpolate } from "./ops/interpolate.ts";
export type { InterpolateMode, InterpolateOptions } from "./ops/interpolate.ts";
export { linear } from "./ops/linear.ts";
export { logsumexp } from "./ops/logsumexp.ts";
export {
  binaryCrossEntropyWithLogits,
  huberLoss,
  klDiv,
  l1Loss,
  mseLoss,
  smoothL1Loss,
} from "./ops/losses.ts";
export type { LossOptions } from "./ops/losses.ts";
export { addmm, bmm, matmul } from "./ops/matmul.ts";
export { max, min } from "./ops/max.ts";
export type { Extremes, ExtremesOptions } from "./ops/max.ts";
export { maxPool1d, maxPool2d, maxPool3d } from "./ops/max-pool.ts";
export type { MaxPoolOptions } from "./ops/max-pool.ts";
export { mean } from "./ops/mean.ts";
export { pad } from "./ops/pad.ts";
export type { PadMode } from "./ops/pad.ts";
export { permute, transpose } from "./ops/permute.ts";
export { abs, exp, floor, log, neg, reciprocal, round, rsqrt, sign, sqrt, square } from "./ops/pointwise.ts";
export { groupNorm, instanceNorm, layerNorm } from "./ops/norms.ts";
export { prelu } from "./ops/prelu.ts";
export { rowNorm } from "./ops/row-norm.ts";
export { prod } from "./ops/prod.ts";
export { quantize, quantizePerChannel, quantizePerTensor } from "./ops/quantize.ts";
export type { GivenQParams } from "./ops/quantize.ts";
export type { Numbers } from "./internal/numbers-of.ts";
export { recurrent } from "./ops/recurrent.ts";
export type { RecurrentKind, RecurrentState, RecurrentWeights } from "./ops/recurrent.ts";
export { flatten, reshape, squeeze, unsqueeze } from "./ops/reshape.ts";
export { scaledFakeQuantize } from "./ops/scaled-fake-quantize.ts";
export { pixelShuffle, pixelUnshuffle } from "./ops/pixel-shuffle.ts";
export { narrow, select, slice } from "./ops/slice.ts";
export { logSoftmax, softmax } from "./ops/softmax.ts";
export { channelShuffle } from "./ops/channel-shuffle.ts";
export { chunk, split } from "./ops/split.ts";
export { sum } from "./ops/sum.ts";
export { toMemoryFormat } from "./ops/to-memory-format.ts";
export { where } from "./ops/where.ts";
export { std, variance } from "./ops/variance.ts";
export type { VarianceOptions } from "./ops/variance.ts";
export { allocatedBytes, emptyPool, pooledBytes } from "./storage.ts";
export type { Storage } from "./storage.ts";
export { recomputed } from "./recomputed.ts";
export { Tensor } from "./tensor.ts";
export type { TensorInfo } from "./tensor.ts";
export { tensorsIn } from "./tensors-in.ts";
export { activeTracer, withTracer } from "./tracer.ts";
export type { Tracer } from "./tracer.ts";
export { withProduct } from "./with-product.ts";
