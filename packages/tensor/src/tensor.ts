import { denseStrides, describeQParams, formatsCoincide, isQuantized, numberOfElements } from "@octavo/spec";
import { dtypes, entryOf, memoryFormats, unpackNibbles } from "@octavo/spec";
import { ArgumentError, DTypeError, ShapeError } from "@octavo/spec";
import type { DType, KnownRange, MemoryFormat, QParams, TypedArray } from "@octavo/spec";
import type { TapeNode } from "./autograd.ts";
import { formatTensor } from "./format-tensor.ts";
import { whereOf } from "./internal/where.ts";
import type { TensorMethods } from "./methods.ts";
import { Storage } from "./storage.ts";
import { withTracer } from "./tracer.ts";

/** What a new tensor is made of: float32, contiguous and not quantized unless it says so. */
export interface TensorInfo {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly memoryFormat?: MemoryFormat;
  readonly qparams?: QParams | null;
}

/** The operators, as methods. */
export interface Tensor extends TensorMethods {}

function newStorage(dtype: DType, { shape, memoryFormat = "contiguous" }: TensorInfo): Storage {
  entryOf(dtypes, dtype, "Tensor", "dtype");
  entryOf(memoryFormats, memoryFormat, "Tensor", "memory format");
  const elements = numberOfElements(shape);
  if (Number.isSafeInteger(elements) && elements >= 0) return new Storage(dtype, elements);
  const expected = "sizes that are integers ≥ 0";
  throw new ShapeError({ where: whereOf("Tensor"), expected, got: `[${shape.map(String).join(", ")}]` });
}

/**
 * A dense n-d array with a dtype, a memory format and, if quantized, its qparams. Made by `tensor`, `zeros`, … and by
 * operators; methods such as `x.add(y)` are those operators.
 */
export class Tensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly memoryFormat: MemoryFormat;
  readonly qparams: QParams | null;
  readonly storage: Storage;
  /** Sum of gradients since the last `zeroGrad`; null before. Only leaves get one. */
  grad: Tensor | null = null;
  /** The operation that made this tensor, while gradients flow through it. */
  node: TapeNode | null = null;
  /** The module whose result this is: error messages name it. */
  producer: object | null = null;
  #requiresGrad = false;

  /** @param storage shares another tensor's memory; a new one is made when absent. */
  constructor(info: TensorInfo, storage?: Storage) {
    this.shape = Object.freeze([...info.shape]);
    this.dtype = info.dtype ?? "float32";
    this.memoryFormat = formatsCoincide(info.shape) ? "contiguous" : (info.memoryFormat ?? "contiguous");
    this.qparams = info.qparams ?? null;
    this.storage = storage ?? newStorage(this.dtype, info);
  }

  /** Elements in memory order (see `memoryFormat`); a view, not a copy. `toArray` gives torch's order. */
  get data(): Float32Array {
    return this.storage.data as Float32Array;
  }

  /** `data` with the type of its dtype: integers and quantized tensors. Two elements in each byte of a quint4x2 tensor. */
  raw<T extends TypedArray = TypedArray>(): T {
    return this.storage.data as T;
  }

  /**
   * Smallest and largest element, of the whole or for each index of the axis `along`, where they are known or measured without
   * computing `data` for it; else null.
   */
  range(along: number | null): KnownRange | null {
    return this.storage.range(along);
  }

  get rank(): number {
    return this.shape.length;
  }

  get numel(): number {
    return this.storage.length;
  }

  get isQuantized(): boolean {
    return isQuantized(this.dtype);
  }

  /** Whether operations on this tensor are recorded for backward. */
  get requiresGrad(): boolean {
    return this.#requiresGrad || this.node !== null;
  }

  set requiresGrad(value: boolean) {
    if (value && this.dtype !== "float32") {
      throw new DTypeError({ where: "requiresGrad", expected: "a float32 tensor", got: this.dtype });
    }
    this.#requiresGrad = value;
  }

  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  /** Keeps the memory alive after the module call it was made in, until the garbage collector finds it. */
  keep(): this {
    this.storage.settle().retain();
    return this;
  }

  /** The same memory without history. */
  detach(): Tensor {
    return new Tensor(this, this.storage.share());
  }

  /** The one element as a number. */
  item(): number {
    if (this.numel !== 1) {
      throw new ArgumentError({
        where: "item",
        expected: "a tensor with one element",
        got: `shape [${this.shape}]`,
      });
    }
    return Number(this.raw()[0]);
  }

  /** A copy of the elements in torch's order (row-major over `shape`), one in each entry. */
  toArray(): TypedArray {
    const data = this.raw();
    if (this.dtype === "quint4x2") return unpackNibbles(data as Uint8Array);
    if (this.memoryFormat === "contiguous") return data.slice();
    const result = data.slice();
    const strides = denseStrides(this.shape, this.memoryFormat);
    const index = new Array<number>(this.rank).fill(0);
    for (let i = 0, at = 0; i < result.length; i++) {
      result[i] = data[at];
      for (let axis = this.rank - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < this.shape[axis]) break;
        at -= strides[axis] * this.shape[axis];
        index[axis] = 0;
      }
    }
    return result;
  }

  /** dtype, qparams and shape in a few words, for errors. */
  describe(): string {
    const type = this.qparams ? describeQParams(this.qparams) : this.dtype;
    return `${type} [${this.shape.join(", ")}]`;
  }

  toString(): string {
    return withTracer(null, () => formatTensor(this));
  }

  /** As text; there are no operators on tensors, and `a + b` would be the texts joined. */
  [Symbol.toPrimitive](hint: "default" | "number" | "string"): string {
    if (hint === "string") return this.toString();
    throw new ArgumentError({
      where: whereOf("tensor"),
      expected: "functions or methods: JavaScript has no operators such as a + b or a < b for objects",
      got: `an operator on ${this.describe()}`,
      hint: "Write a.add(b) or add(a, b); this.skip.add(a, b), a FloatFunctional, in models to quantize; x.item() for a number.",
    });
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
