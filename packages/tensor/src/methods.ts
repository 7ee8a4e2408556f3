import type { MemoryFormat } from "@octavo/spec";
import { backward } from "./autograd.ts";
import type { ReduceOptions } from "./internal/define-reduction.ts";
import { optionsOf } from "./internal/options-of.ts";
import { clamp, relu, sigmoid, tanh } from "./ops/activations.ts";
import { argmax, argmin } from "./ops/arg-extremum.ts";
import type { ArgExtremumOptions } from "./ops/arg-extremum.ts";
import { add, div, maximum, minimum, mul, pow, sub } from "./ops/arithmetic.ts";
import { clone } from "./ops/clone.ts";
import { dequantize, intRepr } from "./ops/dequantize.ts";
import { expand } from "./ops/expand.ts";
import { amax, amin } from "./ops/extremum.ts";
import { matmul } from "./ops/matmul.ts";
import { max, min } from "./ops/max.ts";
import type { Extremes, ExtremesOptions } from "./ops/max.ts";
import { mean } from "./ops/mean.ts";
import { permute, transpose } from "./ops/permute.ts";
import { abs, exp, floor, log, neg, reciprocal, round, rsqrt, sign, sqrt, square } from "./ops/pointwise.ts";
import { prod } from "./ops/prod.ts";
import { flatten, reshape, squeeze, unsqueeze } from "./ops/reshape.ts";
import { narrow, select, slice } from "./ops/slice.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import { chunk, split } from "./ops/split.ts";
import { sum } from "./ops/sum.ts";
import { toMemoryFormat } from "./ops/to-memory-format.ts";
import { std, variance } from "./ops/variance.ts";
import type { VarianceOptions } from "./ops/variance.ts";
import { Tensor } from "./tensor.ts";

/** The operators of a tensor; each is the function of the same name with this tensor as its first argument. */
export interface TensorMethods {
  /** this + alpha · other, broadcast. */
  add(other: Tensor | number, options?: { alpha?: number }): Tensor;
  /** this − alpha · other, broadcast. */
  sub(other: Tensor | number, options?: { alpha?: number }): Tensor;
  /** this · other, broadcast. */
  mul(other: Tensor | number): Tensor;
  /** this / other, broadcast. */
  div(other: Tensor | number): Tensor;
  /** thisᵉ, broadcast. */
  pow(exponent: Tensor | number): Tensor;
  maximum(other: Tensor | number): Tensor;
  minimum(other: Tensor | number): Tensor;
  neg(): Tensor;
  abs(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  reciprocal(): Tensor;
  square(): Tensor;
  sign(): Tensor;
  floor(): Tensor;
  /** Half to even. */
  round(): Tensor;
  clamp(options: { min?: number; max?: number }): Tensor;
  relu(): Tensor;
  sigmoid(): Tensor;
  tanh(): Tensor;
  softmax(options?: { dim?: number }): Tensor;
  logSoftmax(options?: { dim?: number }): Tensor;
  matmul(other: Tensor): Tensor;
  /** Sum of all elements, or over the axes `dim`. */
  sum(options?: ReduceOptions): Tensor;
  mean(options?: ReduceOptions): Tensor;
  amax(options?: ReduceOptions): Tensor;
  amin(options?: ReduceOptions): Tensor;
  prod(options?: ReduceOptions): Tensor;
  /** Unbiased unless `correction` is 0. */
  var(options?: VarianceOptions): Tensor;
  std(options?: VarianceOptions): Tensor;
  max(): Tensor;
  max(options: ExtremesOptions): Extremes;
  min(): Tensor;
  min(options: ExtremesOptions): Extremes;
  /** int32 indices of the largest elements. */
  argmax(options?: ArgExtremumOptions): Tensor;
  argmin(options?: ArgExtremumOptions): Tensor;
  /** The same elements under another shape; one size may be −1. */
  reshape(shape: readonly number[]): Tensor;
  /** As `reshape`. */
  view(shape: readonly number[]): Tensor;
  flatten(options?: { startDim?: number; endDim?: number }): Tensor;
  squeeze(dim?: number): Tensor;
  unsqueeze(dim: number): Tensor;
  expand(shape: readonly number[]): Tensor;
  permute(dims: readonly number[]): Tensor;
  transpose(dim0: number, dim1: number): Tensor;
  /** Indices `start` up to, not including, `end` of one axis. */
  slice(dim: number, start?: number, end?: number | null, step?: number): Tensor;
  narrow(dim: number, start: number, length: number): Tensor;
  /** One index of an axis, which disappears. */
  select(dim: number, index: number): Tensor;
  split(size: number | readonly number[], options?: { dim?: number }): Tensor[];
  chunk(chunks: number, options?: { dim?: number }): Tensor[];
  /** A copy in memory of its own; gradients flow through it. */
  clone(): Tensor;
  /** The same values in another memory format. */
  to(options: { memoryFormat: MemoryFormat }): Tensor;
  /** Float values of a quantized tensor. */
  dequantize(): Tensor;
  /** The integers of a quantized tensor. */
  intRepr(): Tensor;
  /** Accumulates d(this)/d(leaf) into `grad` of every leaf that requires it; see `backward`. */
  backward(gradient?: Tensor): void;
}

const toSettings = optionsOf<{ memoryFormat: MemoryFormat }>("to", { memoryFormat: undefined });

const operations = {
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  neg,
  abs,
  exp,
  log,
  sqrt,
  rsqrt,
  reciprocal,
  square,
  sign,
  floor,
  round,
  clamp,
  relu,
  sigmoid,
  tanh,
  softmax,
  logSoftmax,
  matmul,
  sum,
  mean,
  amax,
  amin,
  prod,
  var: variance,
  std,
  max,
  min,
  argmax,
  argmin,
  reshape,
  view: reshape,
  flatten,
  squeeze,
  unsqueeze,
  expand,
  permute,
  transpose,
  slice,
  narrow,
  select,
  split,
  chunk,
  clone,
  to: (x: Tensor, options: { memoryFormat: MemoryFormat }) =>
    toMemoryFormat(x, toSettings(options).memoryFormat),
  dequantize,
  intRepr,
  backward,
} satisfies {
  readonly [K in keyof TensorMethods]: (x: Tensor, ...rest: Parameters<TensorMethods[K]>) => unknown;
};

for (const [name, operation] of Object.entries<(x: Tensor, ...rest: never[]) => unknown>(operations)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]) {
      return operation(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}
