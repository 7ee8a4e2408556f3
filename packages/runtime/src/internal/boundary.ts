import {
  channelBlocks,
  dtypes,
  DTypeError,
  formatsCoincide,
  isQuantized,
  numberOfElements,
  ShapeError,
} from "@octavo/spec";
import { ArgumentError } from "@octavo/spec";
import type { Kernels, MemoryFormat, ProgramValue, TypedArray } from "@octavo/spec";

import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { copyBlock } from "./copy-block.ts";

/**
 * Checks shape, dtype and length of an input. @returns its batch size, or null if it has none.
 * @throws {ShapeError} or {DTypeError} that names the input.
 */
export function checkInput(value: ProgramValue, tensor: InputTensor): number | null {
  const where = `input '${value.name}'`;
  const { data, shape } = tensor;
  const declared = value.shape;
  const fits =
    shape.length === declared.length &&
    declared.every((size, axis) => (size === -1 ? shape[axis] >= 1 : size === shape[axis]));
  if (!fits) {
    const expected = `a shape [${declared.map((size) => (size === -1 ? "batch" : size)).join(", ")}]`;
    const batch = declared.indexOf(-1);
    const lacksBatch = batch >= 0 && shape.length === declared.length - 1;
    const hint = lacksBatch
      ? `For one example, give it as [${shape.toSpliced(batch, 0, 1).join(", ")}].`
      : undefined;
    throw new ShapeError({ where, expected, got: `[${shape.join(", ")}]`, hint });
  }
  if (numberOfElements(shape) !== data.length) {
    throw new ShapeError({
      where,
      expected: `${numberOfElements(shape)} elements for [${shape.join(", ")}]`,
      got: `${data.length}`,
    });
  }
  const { array } = dtypes[value.dtype];
  if (!(data instanceof array) && !Array.isArray(data)) {
    const hint = isQuantized(value.dtype)
      ? "Give the integers, in this input's qparams."
      : "Convert it, with the scaling that the network was trained with.";
    const got = (data as object).constructor.name;
    throw new DTypeError({ where, expected: `${array.name} or a plain array (${value.dtype})`, got, hint });
  }
  const batchAxis = declared.indexOf(-1);
  return batchAxis < 0 ? null : shape[batchAxis];
}

/** Copies an input into the arena, in the value's own memory format. */
export function copyIn(kernels: Kernels, value: ProgramValue, tensor: InputTensor, target: TypedArray): void {
  const format = tensor.memoryFormat ?? "contiguous";
  const data = (
    Array.isArray(tensor.data) ? new dtypes[value.dtype].array(tensor.data as never) : tensor.data
  ) as TypedArray;
  copyBetween(kernels, value.shape, data, format, target, value.memoryFormat);
}

/** @throws {ArgumentError} if a float input holds NaN. `value` and `data` are those in the arena. */
export function expectNumbers(kernels: Kernels, value: ProgramValue, data: TypedArray): void {
  if (value.dtype !== "float32") return;
  const min = new Float32Array(1);
  kernels.minMax(
    data as Float32Array,
    min,
    new Float32Array(1),
    channelBlocks({ outer: 1, channels: 1, inner: data.length }),
  );
  if (Number.isNaN(min[0])) {
    const hint = "Look at where it comes from: a division by zero, or an image that was not read.";
    throw new ArgumentError({
      where: `input '${value.name}'`,
      expected: "numbers",
      got: "NaN among them",
      hint,
    });
  }
}

/** A result in an array of its own, row-major. */
export function copyOut(kernels: Kernels, value: ProgramValue, data: TypedArray): OutputTensor {
  const { name, dtype, shape, qparams } = value;
  const target = new dtypes[dtype].array(data.length);
  copyBetween(kernels, shape, data, value.memoryFormat, target, "contiguous");
  return { name, dtype, shape, memoryFormat: "contiguous", data: target, ...(qparams && { qparams }) };
}

function copyBetween(
  kernels: Kernels,
  shape: readonly number[],
  from: TypedArray,
  fromFormat: MemoryFormat,
  to: TypedArray,
  toFormat: MemoryFormat,
): void {
  if (fromFormat === toFormat || formatsCoincide(shape)) return to.set(from as never);
  kernels.copyRegion(
    from,
    to,
    copyBlock({ from: { shape, memoryFormat: fromFormat }, to: { shape, memoryFormat: toFormat } }),
  );
}
