export { calculateQParams, defaultEps } from "./calculate-qparams.ts";
export type { QParamsOptions } from "./calculate-qparams.ts";
export { channelBlocksOf, normalizeAxis } from "./channel-blocks-of.ts";
export { quantRange } from "./quant-range.ts";
export type { QuantRange, QuantRangeOptions } from "./quant-range.ts";
export { onWarning } from "./warnings.ts";
export type { WarningHandler } from "./warnings.ts";
