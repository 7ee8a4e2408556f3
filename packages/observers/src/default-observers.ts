import { FixedQParamsObserver } from "./fixed-qparams-observer.ts";
import { HistogramObserver } from "./histogram-observer.ts";
import { MinMaxObserver } from "./min-max-observer.ts";
import { PerChannelMinMaxObserver } from "./per-channel-min-max-observer.ts";
import { PlaceholderObserver } from "./placeholder-observer.ts";
import { RecordingObserver } from "./recording-observer.ts";
import { ReuseInputObserver } from "./reuse-input-observer.ts";

// The factories that torch/ao/quantization/observer.py names, with its arguments.

const unitScale = { zeroPoint: 0, dtype: "quint8", quantMin: 0, quantMax: 255 } as const;
const symmetricUnitScale = { ...unitScale, zeroPoint: 128 } as const;
const qint8PerTensor = { dtype: "qint8", qscheme: "perTensorSymmetric" } as const;
const qint8PerChannel = { dtype: "qint8", qscheme: "perChannelSymmetric" } as const;
const withoutLowest = { quantMin: -127, quantMax: 127, eps: 2 ** -12 } as const;
const embedding = { dtype: "quint8", qscheme: "perChannelAffineFloatQParams", chAxis: 0 } as const;

/** Activations, 0..127. */
export const defaultObserver = MinMaxObserver.withArgs({ quantMin: 0, quantMax: 127 });
/** Activations, 0..127, with the range of least quantization error. */
export const defaultHistogramObserver = HistogramObserver.withArgs({ quantMin: 0, quantMax: 127 });
/** Weights, one symmetric scale. */
export const defaultWeightObserver = MinMaxObserver.withArgs(qint8PerTensor);
/** Weights, one symmetric scale per output channel. */
export const defaultPerChannelWeightObserver = PerChannelMinMaxObserver.withArgs(qint8PerChannel);
/** Weights for kernels that do not take −128 (XNNPACK), one scale. */
export const weightObserverRangeNeg127To127 = MinMaxObserver.withArgs({
  ...qint8PerTensor,
  ...withoutLowest,
});
/** Weights for kernels that do not take −128 (XNNPACK), one scale per output channel. */
export const perChannelWeightObserverRangeNeg127To127 = PerChannelMinMaxObserver.withArgs({
  ...qint8PerChannel,
  ...withoutLowest,
});
/** Embedding tables, one float scale and zero point per row. */
export const defaultFloatQParamsObserver = PerChannelMinMaxObserver.withArgs(embedding);
/** The same with 4 bits. */
export const defaultFloatQParamsObserver4Bit = PerChannelMinMaxObserver.withArgs({
  ...embedding,
  dtype: "quint4x2",
});
/** Outputs in 0..1: sigmoid, softmax, hardsigmoid. */
export const defaultFixedQParamsRange0To1Observer = FixedQParamsObserver.withArgs({
  scale: 1 / 256,
  ...unitScale,
});
/** Outputs in −1..1: tanh. */
export const defaultFixedQParamsRangeNeg1To1Observer = FixedQParamsObserver.withArgs({
  scale: 2 / 256,
  ...symmetricUnitScale,
});
/** torch's older name of `defaultFixedQParamsRange0To1Observer`. */
export const defaultAffineFixedQParamsObserver = defaultFixedQParamsRange0To1Observer;
/** torch's older name of `defaultFixedQParamsRangeNeg1To1Observer`. */
export const defaultSymmetricFixedQParamsObserver = defaultFixedQParamsRangeNeg1To1Observer;
/** Tensors that stay float32. */
export const defaultPlaceholderObserver = PlaceholderObserver.withArgs();
/** Activations that are quantized at inference, batch by batch. */
export const defaultDynamicQuantObserver = PlaceholderObserver.withArgs({
  dtype: "quint8",
  quantMin: 0,
  quantMax: 255,
  isDynamic: true,
});
/** Keeps every tensor. */
export const defaultDebugObserver = RecordingObserver.withArgs();
/** Outputs that take over their input's qparams. */
export const defaultReuseInputObserver = ReuseInputObserver.withArgs();
