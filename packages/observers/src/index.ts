export { calculateQParams, defaultEps } from "./calculate-qparams.ts";
export type { QParamsOptions } from "./calculate-qparams.ts";
export {
  defaultAffineFixedQParamsObserver,
  defaultDebugObserver,
  defaultDynamicQuantObserver,
  defaultFixedQParamsRange0To1Observer,
  defaultFixedQParamsRangeNeg1To1Observer,
  defaultFloatQParamsObserver,
  defaultFloatQParamsObserver4Bit,
  defaultHistogramObserver,
  defaultObserver,
  defaultPerChannelWeightObserver,
  defaultPlaceholderObserver,
  defaultReuseInputObserver,
  defaultSymmetricFixedQParamsObserver,
  defaultWeightObserver,
  perChannelWeightObserverRangeNeg127To127,
  weightObserverRangeNeg127To127,
} from "./default-observers.ts";
export { FixedQParamsObserver } from "./fixed-qparams-observer.ts";
export type { FixedQParamsObserverOptions } from "./fixed-qparams-observer.ts";
export { HistogramObserver } from "./histogram-observer.ts";
export type { HistogramObserverOptions } from "./histogram-observer.ts";
export { MinMaxObserver } from "./min-max-observer.ts";
export { MovingAverageMinMaxObserver } from "./moving-average-min-max-observer.ts";
export type { MovingAverageOptions } from "./moving-average-min-max-observer.ts";
export { MovingAveragePerChannelMinMaxObserver } from "./moving-average-per-channel-min-max-observer.ts";
export type { MovingAveragePerChannelOptions } from "./moving-average-per-channel-min-max-observer.ts";
export { NoopObserver } from "./noop-observer.ts";
export type { NoopObserverOptions } from "./noop-observer.ts";
export { observerFactory } from "./observer-factory.ts";
export type { ObserverClass, ObserverFactory } from "./observer-factory.ts";
export type { Observer, ObserverState } from "./observer.ts";
export { PerChannelMinMaxObserver } from "./per-channel-min-max-observer.ts";
export type { PerChannelObserverOptions } from "./per-channel-min-max-observer.ts";
export { PlaceholderObserver } from "./placeholder-observer.ts";
export type { PlaceholderObserverOptions } from "./placeholder-observer.ts";
export { quantRange } from "./quant-range.ts";
export type { QuantRange, QuantRangeOptions } from "./quant-range.ts";
export { RecordingObserver } from "./recording-observer.ts";
export type { RecordingObserverOptions } from "./recording-observer.ts";
export { ReuseInputObserver } from "./reuse-input-observer.ts";
export type { ReadBuffer } from "./internal/read-state.ts";
export { UniformObserver } from "./uniform-observer.ts";
export type { ObservedRange, UniformObserverOptions } from "./uniform-observer.ts";
export { onWarning } from "@octavo/spec";
export type { WarningHandler } from "@octavo/spec";
