import { registerFunctionalForms } from "./functional-forms.ts";

registerFunctionalForms();

export { convert } from "./convert.ts";
export type { ConvertOptions } from "./convert.ts";
export { convertFx } from "./convert-fx.ts";
export { lower } from "./lower/lower.ts";
export type { LowerOptions } from "./lower/lower.ts";
export type { ExampleInputs } from "./lower/named-inputs.ts";
export { QFunctional } from "./modules/q-functional.ts";
export { DeQuantize, Quantize } from "./modules/quantize.ts";
export { QuantizedChannelFunction } from "./modules/quantized-channel-function.ts";
export { QuantizedFunction } from "./modules/quantized-function.ts";
export { QuantizedLayer } from "./modules/quantized-layer.ts";
export { ViaFloat } from "./modules/via-float.ts";
export { QuantizedEmbedding } from "./modules/quantized-embedding.ts";
export { QuantizedEmbeddingBag } from "./modules/quantized-embedding-bag.ts";
export { DynamicQuantizedLayer } from "./modules/dynamic-quantized-layer.ts";
export { DynamicQuantizedCell } from "./modules/dynamic-quantized-cell.ts";
export { DynamicQuantizedRecurrent } from "./modules/dynamic-quantized-recurrent.ts";
export { quantizeDynamic } from "./quantize-dynamic.ts";
export type { QuantizeDynamicOptions } from "./quantize-dynamic.ts";
export { quantize, quantizeQat } from "./quantize.ts";
