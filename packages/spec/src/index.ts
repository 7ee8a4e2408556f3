export { alignColumns } from "./align-columns.ts";
export { normalizeAxis } from "./axis.ts";
export type { CallRecorder, RecordedStep, Recording } from "./call-recorder.ts";
export { channelBlocksOf } from "./channel-blocks-of.ts";
export { describeGiven } from "./describe-given.ts";
export { isPlainObject } from "./is-plain-object.ts";
export { dtypes, isQuantized, quantRanges } from "./dtype.ts";
export { entryOf } from "./entry-of.ts";
export type { DataOf, DType, QuantizedDType, TypedArray } from "./dtype.ts";
export {
  ArgumentError,
  DTypeError,
  FormatError,
  KernelError,
  OctavoError,
  QuantizationError,
  ShapeError,
} from "./errors.ts";
export type { ErrorParts } from "./errors.ts";
export type { KernelProvider, Memory, Opened, ProviderRegistration } from "./kernel-provider.ts";
export type { FloatKernels } from "./kernels/float.ts";
export type { KernelName, Kernels } from "./kernels/kernels.ts";
export { BinaryOp, ReduceOp, UnaryOp } from "./kernels/operators.ts";
export type { BinaryOpName, ReduceOpName, UnaryOpName } from "./kernels/operators.ts";
export { packedHeaderBytes, packedMethod, writePackedMethod } from "./kernels/packed-method.ts";
export type { Q8, QInt, QuantizedKernels } from "./kernels/quantized.ts";
export { resampleTaps } from "./kernels/resample-taps.ts";
export type { ResampleMode, ResampleTaps, Resampling } from "./kernels/resample-taps.ts";
export {
  broadcast,
  channelBlocks,
  convShape,
  gemmShape,
  poolShape,
  region,
  resampleShape,
} from "./kernels/shapes.ts";
export type {
  Broadcast,
  ChannelBlocks,
  ConvFields,
  ConvShape,
  GemmFields,
  GemmShape,
  Packed,
  PoolFields,
  PoolShape,
  Region,
  ResampleFields,
  ResampleShape,
  Spatial,
} from "./kernels/shapes.ts";
export { kernelNames, signatures } from "./kernels/signatures.ts";
export type { ParameterRole } from "./kernels/signatures.ts";
export { requireRows } from "./kernels/require-rows.ts";
export { shuffledChannels } from "./kernels/shuffled-channels.ts";
export {
  denseStrides,
  formatsCoincide,
  memoryFormats,
  memoryOrder,
  numberOfElements,
} from "./memory-format.ts";
export type { MemoryFormat } from "./memory-format.ts";
export type {
  Program,
  ProgramAttribute,
  ProgramConstant,
  ProgramOp,
  ProgramQParams,
  ProgramValue,
} from "./program.ts";
export { describeQParams } from "./qparams.ts";
export type { QParams } from "./qparams.ts";
export { qschemes } from "./qscheme.ts";
export type { QScheme } from "./qscheme.ts";
export { packNibbles, unpackNibbles } from "./nibbles.ts";
export { roundHalfToEven } from "./round-half-to-even.ts";
export type { KnownRange, TensorLike } from "./tensor-like.ts";
export { onWarning, warn } from "./warnings.ts";
export type { WarningHandler } from "./warnings.ts";
export { withDefaults } from "./with-defaults.ts";
