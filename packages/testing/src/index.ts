export { GoldenCase } from "./golden-case.ts";
export type { GoldenEntry, GoldenValue } from "./golden-case.ts";
export type { GoldenTensor } from "./golden-tensor.ts";
export { goldens } from "./goldens.ts";
export type { Goldens } from "./goldens.ts";
