export { checkpoint } from "./checkpoint.ts";
export { cloneModule } from "./clone-module.ts";
export type { Copies } from "./clone-module.ts";
export { AnomalyError, detectAnomaly } from "./detect-anomaly.ts";
export type { AnomalyOptions } from "./detect-anomaly.ts";
/** torch.nn.functional: the operators that modules run. */
export * as F from "./functional.ts";
/** torch.nn.init: fills tensors in place. */
export * as init from "./init.ts";
export { initialStates } from "./initial-states.ts";
export { Module } from "./module.ts";
export type { ForwardHook } from "./module.ts";
export {
  CELU,
  ELU,
  GELU,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Softsign,
  Tanh,
} from "./modules/activations.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./modules/adaptive-pool.ts";
export { AvgPool1d, AvgPool2d, AvgPool3d } from "./modules/avg-pool.ts";
export { BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./modules/batch-norm.ts";
export type { BatchNormOptions } from "./modules/batch-norm.ts";
export { Conv1d, Conv2d, Conv3d, ConvNd } from "./modules/conv.ts";
export type { ConvOptions, PaddingMode } from "./modules/conv.ts";
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  ConvTransposeNd,
} from "./modules/conv-transpose.ts";
export type { ConvTransposeOptions } from "./modules/conv-transpose.ts";
export { Dropout } from "./modules/dropout.ts";
export { Embedding } from "./modules/embedding.ts";
export type { EmbeddingOptions } from "./modules/embedding.ts";
export { EmbeddingBag } from "./modules/embedding-bag.ts";
export type { EmbeddingBagModuleOptions } from "./modules/embedding-bag.ts";
export { Flatten } from "./modules/flatten.ts";
export { Identity } from "./modules/identity.ts";
export { Linear } from "./modules/linear.ts";
export type { LinearOptions } from "./modules/linear.ts";
export {
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
} from "./modules/losses.ts";
export { MaxPool1d, MaxPool2d, MaxPool3d } from "./modules/max-pool.ts";
export { ModuleList } from "./modules/module-list.ts";
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from "./modules/shuffle.ts";
export { MultiheadAttention } from "./modules/multihead-attention.ts";
export type { AttentionCallOptions, MultiheadAttentionOptions } from "./modules/multihead-attention.ts";
export { GRU, LSTM, Recurrent, RNN } from "./modules/recurrent.ts";
export type { RecurrentOptions, RNNOptions } from "./modules/recurrent.ts";
export { GRUCell, LSTMCell, RNNCell } from "./modules/recurrent-cells.ts";
export type { RecurrentCellOptions, RNNCellOptions } from "./modules/recurrent-cells.ts";
export {
  GroupNorm,
  InstanceNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
} from "./modules/norms.ts";
export type { InstanceNormOptions, NormOptions } from "./modules/norms.ts";
export { PReLU } from "./modules/prelu.ts";
export { Sequential } from "./modules/sequential.ts";
export { Upsample } from "./modules/upsample.ts";
export { Adam, AdamW } from "./optim/adam.ts";
export type { AdamOptions } from "./optim/adam.ts";
export { clipGradNorm_ } from "./optim/clip-grad-norm.ts";
export { LRScheduler } from "./optim/lr-scheduler.ts";
export type { SchedulerState } from "./optim/lr-scheduler.ts";
export { OneCycleLR } from "./optim/one-cycle-lr.ts";
export type { OneCycleOptions } from "./optim/one-cycle-lr.ts";
export { Optimizer } from "./optim/optimizer.ts";
export type {
  BaseOptions,
  GroupOptions,
  OptimizerState,
  ParameterState,
  ParamGroup,
} from "./optim/optimizer.ts";
export {
  ConstantLR,
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiStepLR,
  StepLR,
} from "./optim/schedulers.ts";
export { SGD } from "./optim/sgd.ts";
export type { SGDOptions } from "./optim/sgd.ts";
export { Parameter } from "./parameter.ts";
export { requireSequence } from "./require-sequence.ts";
export type { SequenceLayer } from "./require-sequence.ts";
export { requireStep } from "./require-step.ts";
export { stepOn } from "./step-on.ts";
export { torchName } from "./state-dict.ts";
export type { ExtraState, LoadOptions, StateDict } from "./state-dict.ts";
export { isWeightedLayer } from "./weighted-layer.ts";
export type { WeightedLayer } from "./weighted-layer.ts";
