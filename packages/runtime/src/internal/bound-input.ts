import {
  ArgumentError,
  channelBlocks,
  describeGiven,
  formatsCoincide,
  isQuantized,
  quantRanges,
} from "@octavo/spec";
import type { Kernels, ProgramValue, RecordedStep, TypedArray } from "@octavo/spec";

import type { InputTensor } from "../tensor-info.ts";
import { copyBlock } from "./copy-block.ts";
import type { MemoryView } from "./memory-view.ts";
import { typedData } from "./typed-data.ts";

/** How an input gets into the arena, in the value's own memory format. */
export class BoundInput {
  /** Stands for the caller's array where `rearrange` reads it. */
  readonly parameter: TypedArray;
  /** Copies the caller's array into the value's memory format, where that is the other one. */
  readonly rearrange: RecordedStep | null;
  /** Finds NaN in floats, for `expectValid`. */
  readonly inspect: RecordedStep | null;
  readonly #value: ProgramValue;
  readonly #target: MemoryView<TypedArray>;
  readonly #extremes: MemoryView<Int32Array>;

  /** @param extremes eight bytes that `inspect` may write */
  constructor(value: ProgramValue, target: MemoryView<TypedArray>, extremes: MemoryView<Int32Array>) {
    const where = `input '${value.name}'`;
    this.#value = value;
    this.#target = target;
    this.#extremes = extremes;
    this.parameter = target.another();
    const { shape, memoryFormat } = value;
    const other = memoryFormat === "contiguous" ? "channelsLast" : "contiguous";
    this.rearrange = null;
    if (shape.length >= 3 && shape.length <= 5 && !formatsCoincide(shape)) {
      const block = copyBlock({ from: { shape, memoryFormat: other }, to: value });
      const call = (kernels: Kernels) => kernels.copyRegion(this.parameter, target.array, block);
      this.rearrange = { where, call };
    }
    this.inspect = value.dtype === "float32" ? { where, call: (kernels) => this.#minMax(kernels) } : null;
  }

  /**
   * Takes a tensor in. @returns the array that `rearrange` has to copy, or null if it is done.
   * @throws ArgumentError for numbers that the dtype does not have, or outside the range of the qparams.
   */
  take({ data, memoryFormat = "contiguous" }: InputTensor): TypedArray | null {
    const given = Array.isArray(data)
      ? typedData(this.#value.dtype, data, this.#refuse)
      : (data as TypedArray);
    this.#expectInRange(given);
    if (this.rearrange !== null && memoryFormat !== this.#value.memoryFormat) return given;
    this.#target.array.set(given as never);
    return null;
  }

  /** @throws ArgumentError if the last run had NaN in it. */
  expectValid(): void {
    if (this.inspect !== null && isNaNBits(this.#extremes.array[0])) this.#refuse(NaN);
  }

  #minMax(kernels: Kernels): void {
    const values = this.#target.array as Float32Array;
    const { buffer, byteOffset } = this.#extremes.array;
    const extreme = (i: number) => new Float32Array(buffer, byteOffset + 4 * i, 1);
    const blocks = channelBlocks({ outer: 1, channels: 1, inner: values.length });
    kernels.minMax(values, extreme(0), extreme(1), blocks);
  }

  /** Kernels count on integers within quantMin … quantMax; only a range smaller than the dtype's can be left. */
  #expectInRange(data: TypedArray): void {
    const { dtype, qparams } = this.#value;
    if (!qparams || !isQuantized(dtype)) return;
    const { quantMin, quantMax } = qparams;
    const [least, most] = quantRanges[dtype];
    if (quantMin <= least && most <= quantMax) return;
    const outside = (data as Uint8Array).find((q) => q < quantMin || q > quantMax);
    if (outside !== undefined) this.#refuse(outside);
  }

  readonly #refuse = (element: unknown): never => {
    const [expected, hint] = elementsOf(this.#value);
    const got = `${describeGiven(element)} among them`;
    throw new ArgumentError({ where: `input '${this.#value.name}'`, expected, got, hint });
  };
}

/** What the elements of an input are, and what to do where they are others. */
function elementsOf({ dtype, qparams }: ProgramValue): readonly [expected: string, hint?: string] {
  if (dtype === "float32") return ["numbers", "From a division by zero, or an image that was not read?"];
  if (!qparams) return [`integers (${dtype})`];
  const { quantMin, quantMax } = qparams;
  return [`integers from ${quantMin} to ${quantMax}`, "Give the integers, in this input's qparams."];
}

/** Whether the bits of a float32 are those of a NaN. A float would be an object for the garbage collector. */
function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}
