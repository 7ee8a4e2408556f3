import {
  defaultDynamicQuantObserver,
  defaultFloatQParamsObserver,
  defaultFloatQParamsObserver4Bit,
  defaultPerChannelWeightObserver,
  defaultPlaceholderObserver,
  defaultWeightObserver,
} from "@octavo/observers";
import { QConfig } from "./qconfig.ts";

// Those of torch/ao/quantization/qconfig.py that go with certain layers, by its names.

/** Inputs quantized anew in each call, one scale for a weight. */
export const defaultDynamicQConfig = QConfig({
  activation: defaultDynamicQuantObserver,
  weight: defaultWeightObserver,
});
/** Inputs quantized anew in each call, a scale for each output channel of a weight. */
export const perChannelDynamicQConfig = QConfig({
  activation: defaultDynamicQuantObserver,
  weight: defaultPerChannelWeightObserver,
});
/** Embeddings with 8-bit tables, a scale and a float zero point for each row; what they give stays float. */
export const floatQParamsWeightOnlyQConfig = QConfig({
  activation: defaultPlaceholderObserver,
  weight: defaultFloatQParamsObserver,
});
/** The same with 4 bits. */
export const floatQParamsWeightOnlyQConfig4Bit = QConfig({
  activation: defaultPlaceholderObserver,
  weight: defaultFloatQParamsObserver4Bit,
});
