/** Everything, in one import. A name that two packages have is said below, so that the compiler finds the next one. */
import "./load-kernels.ts";

export * from "@octavo/spec";
export * from "@octavo/backend";
export { reference } from "@octavo/backend/reference";
export * from "@octavo/tensor";
export * from "@octavo/nn";
export * from "@octavo/data";
export * from "@octavo/observers";
export * from "@octavo/fake-quant";
export * from "@octavo/graph";
export * from "@octavo/fusion";
export * from "@octavo/qat";
export * from "@octavo/convert";
export * from "@octavo/runtime";
export * from "@octavo/models";

// Names that two of them have: the one meant more often keeps its name.
export type { LoadOptions as KernelOptions } from "@octavo/backend";
export { quantize } from "@octavo/convert";
export type {
  BatchNormOptions,
  ConvOptions,
  ConvTransposeOptions,
  LoadOptions as LoadStateDictOptions,
} from "@octavo/nn";
export type { Requantization } from "@octavo/qat";
export type { LoadOptions, Requantization as RequantizationConstants } from "@octavo/runtime";
export type { TensorInfo as SessionTensorInfo } from "@octavo/runtime";
export { quantize as quantizeTensor } from "@octavo/tensor";
export type {
  BatchNormOptions as FunctionalBatchNormOptions,
  ConvOptions as FunctionalConvOptions,
  ConvTransposeOptions as FunctionalConvTransposeOptions,
  TensorInfo,
} from "@octavo/tensor";
