export { GoldenCase } from "./golden-case.ts";
export type { GoldenEntry, GoldenValue } from "./golden-case.ts";
export type { GoldenTensor } from "./golden-tensor.ts";
export { goldens } from "./goldens.ts";
export type { Goldens } from "./goldens.ts";
export { bitDifference, boundDifference, closeDifference, valueDifference } from "./agreement.ts";
export type { Difference } from "./agreement.ts";
export { toChannelsLast, toContiguous } from "./memory-order.ts";
