import { ArgumentError, numberOfElements, ShapeError } from "@octavo/spec";
import type { DType, MemoryFormat, TypedArray } from "@octavo/spec";
import { defaultGenerator } from "./generator.ts";
import type { Generator } from "./generator.ts";
import { isTypedArray } from "./internal/is-typed-array.ts";
import { kindOf } from "./internal/kind-of.ts";
import { optionsOf } from "./internal/options-of.ts";
import { Tensor } from "./tensor.ts";

export type NestedArray = number | readonly NestedArray[];

export interface TensorOptions {
  /** Default float32. */
  readonly dtype?: DType;
  /** Whether gradients flow to it; float32 only. Default false. */
  readonly requiresGrad?: boolean;
}

const tensorSettings = optionsOf<{ dtype: DType | undefined; requiresGrad: boolean }>("tensor", {
  dtype: undefined,
  requiresGrad: false,
});

/**
 * A tensor from nested arrays: `tensor([[1, 2], [3, 4]])`, or from a flat typed array and a shape (row-major, copied).
 * @throws ShapeError if the nesting is ragged or the number of elements does not fit the shape.
 * @throws ArgumentError for anything else than numbers.
 */
export function tensor(values: NestedArray | TypedArray, options?: TensorOptions): Tensor;
export function tensor(values: ArrayLike<number>, shape: readonly number[], options?: TensorOptions): Tensor;
export function tensor(
  values: NestedArray | ArrayLike<number> | TypedArray,
  shapeOrOptions?: readonly number[] | TensorOptions,
  more?: TensorOptions,
): Tensor {
  const explicit = Array.isArray(shapeOrOptions) ? (shapeOrOptions as readonly number[]) : null;
  const options = tensorSettings(explicit ? more : (shapeOrOptions as TensorOptions | undefined));
  const isTyped = isTypedArray(values);
  if (explicit && !isTyped) requireFlat(values);
  const shape = explicit ?? (isTyped ? [values.length] : shapeOf(values as NestedArray, []));
  const flat =
    isTyped || explicit ? (values as ArrayLike<number>) : ([values as unknown].flat(Infinity) as number[]);
  if (flat.length !== numberOfElements(shape)) {
    throw new ShapeError({
      where: "tensor",
      expected: `${numberOfElements(shape)} values for shape [${shape}]`,
      got: `${flat.length}`,
    });
  }
  const result = new Tensor({ shape, dtype: options.dtype });
  const data = result.raw();
  if (data instanceof BigInt64Array) for (let i = 0; i < flat.length; i++) data[i] = BigInt(flat[i]);
  else if (typeof flat[0] === "bigint") throw bigIntsAs(result.dtype, values);
  else data.set(flat);
  if (options.requiresGrad) result.requiresGrad = true;
  return result;
}

function bigIntsAs(dtype: DType, values: unknown): ArgumentError {
  const [expected, got] = [`numbers for dtype ${dtype}`, kindOf(values)];
  const hint =
    'BigInts are of dtype int64: give { dtype: "int64" }; Array.from(values, Number) makes numbers.';
  return new ArgumentError({ where: "tensor", expected, got, hint });
}

/** Values beside a shape are in one list, not nested. */
function requireFlat(values: unknown): void {
  const isList = Object(values) === values && "length" in (values as object);
  const list = (isList ? values : []) as ArrayLike<unknown>;
  const isOther = (value: unknown) => typeof value !== "number" && typeof value !== "bigint";
  const other: number = Array.prototype.findIndex.call(list, isOther);
  if (isList && other < 0) return;
  const got = isList ? `${kindOf(list[other])} at [${other}]` : kindOf(values);
  throw new ArgumentError({ where: "tensor", expected: "one list of numbers beside a shape", got });
}

function shapeOf(values: NestedArray, path: readonly number[]): number[] {
  if (typeof values === "number") return [];
  if (!Array.isArray(values)) {
    const got = `${typeof values === "bigint" ? "bigint" : kindOf(values)}${path.length > 0 ? ` at [${path}]` : ""}`;
    const hint =
      typeof values === "bigint" ? 'tensor(BigInt64Array.from(values), { dtype: "int64" })' : undefined;
    throw new ArgumentError({ where: "tensor", expected: "numbers, or arrays of them", got, hint });
  }
  const inner = values.length ? shapeOf(values[0], [...path, 0]) : [];
  values.forEach((value, i) => {
    const other = shapeOf(value, [...path, i]);
    if (other.join() !== inner.join()) {
      throw new ShapeError({
        where: "tensor",
        expected: `rows of equal shape [${inner}]`,
        got: `[${other}] at [${[...path, i]}]`,
      });
    }
  });
  return [values.length, ...inner];
}

export interface FillOptions extends TensorOptions {
  /** Default contiguous. */
  readonly memoryFormat?: MemoryFormat;
}

interface FillSettings {
  readonly dtype: DType | undefined;
  readonly requiresGrad: boolean;
  readonly memoryFormat: MemoryFormat | undefined;
}

const fillDefaults: FillSettings = { dtype: undefined, requiresGrad: false, memoryFormat: undefined };

/** Looked at before the options: who writes `zeros(2, 3)` gave none. @throws ArgumentError; ShapeError for sizes that cannot be. */
function requireSizes(shape: readonly number[], where: string): void {
  if (!Array.isArray(shape)) {
    throw new ArgumentError({ where, expected: "a shape as an array: [2, 3]", got: kindOf(shape) });
  }
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    const got = `[${shape.map(String).join(", ")}]`;
    throw new ShapeError({ where, expected: "sizes that are integers ≥ 0", got });
  }
}

function allocate(shape: readonly number[], { dtype, memoryFormat, requiresGrad }: FillSettings): Tensor {
  const result = new Tensor({ shape, dtype, memoryFormat });
  if (requiresGrad) result.requiresGrad = true;
  return result;
}

function defineFill(where: string) {
  const settings = optionsOf<FillSettings>(where, fillDefaults);
  return (shape: readonly number[], value: number, options?: FillOptions): Tensor => {
    requireSizes(shape, where);
    const result = allocate(shape, settings(options));
    const data = result.raw();
    if (data instanceof BigInt64Array) data.fill(BigInt(value));
    else data.fill(value);
    return result;
  };
}

const emptySettings = optionsOf<FillSettings>("empty", fillDefaults);
const fillZeros = defineFill("zeros");
const fillOnes = defineFill("ones");

/** Memory as it comes: whatever was there before. */
export function empty(shape: readonly number[], options?: FillOptions): Tensor {
  requireSizes(shape, "empty");
  return allocate(shape, emptySettings(options));
}
/** Every element `value`. */
export const full = defineFill("full");
/** Every element 0. */
export const zeros = (shape: readonly number[], options?: FillOptions): Tensor =>
  fillZeros(shape, 0, options);
/** Every element 1. */
export const ones = (shape: readonly number[], options?: FillOptions): Tensor => fillOnes(shape, 1, options);

/** 0, 1, … end − 1, or start, start + step, … up to, not including, end. @throws ArgumentError for a step of 0, or NaN. */
export function arange(start: number, end?: number, step = 1): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (step === 0 || !Number.isFinite(length)) {
    const got = `from ${from} to ${to} by ${step}`;
    throw new ArgumentError({ where: "arange", expected: "finite ends and a step that is not 0", got });
  }
  return tensor(Float32Array.from({ length }, (_, i) => from + i * step));
}

export interface RandomOptions extends FillOptions {
  /** Default: the one that `manualSeed` resets. */
  readonly generator?: Generator;
}

function defineRandom(where: string, next: (generator: Generator) => number) {
  const settings = optionsOf<FillSettings & { generator: Generator }>(where, {
    ...fillDefaults,
    generator: defaultGenerator,
  });
  return (shape: readonly number[], options?: RandomOptions): Tensor => {
    requireSizes(shape, where);
    const { generator, ...fill } = settings(options);
    const result = allocate(shape, fill);
    const { data } = result;
    for (let i = 0; i < data.length; i++) data[i] = next(generator);
    return result;
  };
}

/** Uniform in [0, 1). */
export const rand = defineRandom("rand", (generator) => generator.uniform());
/** Standard normal. */
export const randn = defineRandom("randn", (generator) => generator.normal());
