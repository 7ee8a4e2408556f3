export { cloneModule, cloneValue } from "./clone-module.ts";
export type { Copies } from "./clone-module.ts";
export { Module } from "./module.ts";
export type { ForwardHook } from "./module.ts";
export { Parameter } from "./parameter.ts";
export { torchName } from "./state-dict.ts";
export type { ExtraState, LoadOptions, StateDict } from "./state-dict.ts";
