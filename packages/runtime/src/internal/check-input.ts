import {
  ArgumentError,
  describeGiven,
  dtypes,
  DTypeError,
  isQuantized,
  numberOfElements,
  ShapeError,
} from "@octavo/spec";
import type { ProgramValue } from "@octavo/spec";

import type { InputTensor } from "../tensor-info.ts";
import { formatRanks, formats } from "./format-ranks.ts";

/**
 * Checks shape, memory format, dtype and length of an input. @returns its batch size, or null if it has none.
 * @throws ShapeError, DTypeError or ArgumentError that names the input.
 */
export function checkInput(value: ProgramValue, tensor: InputTensor): number | null {
  if (!Array.isArray(tensor?.shape) || typeof tensor.data?.length !== "number") throw noTensor(value, tensor);
  const { data, shape, memoryFormat = "contiguous" } = tensor;
  if (!fits(shape, value.shape)) throw wrongShape(value, shape);
  if (!(shape.length <= formatRanks[memoryFormat]?.[1])) {
    throw new ArgumentError({
      where: `input '${value.name}'`,
      expected: formats,
      got: describeGiven(memoryFormat),
    });
  }
  if (numberOfElements(shape) !== data.length) {
    throw new ShapeError({
      where: `input '${value.name}'`,
      expected: `${numberOfElements(shape)} elements for [${shape.join(", ")}]`,
      got: `${data.length}`,
    });
  }
  const { array } = dtypes[value.dtype];
  if (!(data instanceof array) && !Array.isArray(data)) {
    const hint = isQuantized(value.dtype)
      ? "Give the integers, in this input's qparams."
      : "Convert it, with the scaling that the network was trained with.";
    const expected = `${array.name} or a plain array (${value.dtype})`;
    throw new DTypeError({ where: `input '${value.name}'`, expected, got: describeGiven(data), hint });
  }
  const batchAxis = value.shape.indexOf(-1);
  return batchAxis < 0 ? null : shape[batchAxis];
}

/** A loop, since it runs before every inference: a closure would be garbage. */
function fits(shape: readonly number[], declared: readonly number[]): boolean {
  if (shape.length !== declared.length) return false;
  for (let axis = 0; axis < declared.length; axis++) {
    const isRight =
      declared[axis] === -1
        ? shape[axis] >= 1 && Number.isInteger(shape[axis])
        : shape[axis] === declared[axis];
    if (!isRight) return false;
  }
  return true;
}

/** `[batch ≥ 1, 3, 8]`, for people. */
export function shapeText({ shape }: ProgramValue): string {
  return `[${shape.map((size) => (size === -1 ? "batch ≥ 1" : size)).join(", ")}]`;
}

function noTensor(value: ProgramValue, tensor: InputTensor | null | undefined): ArgumentError {
  const [given, data, shape] = [tensor, tensor?.data, tensor?.shape].map(describeGiven);
  const got = `${given} (data ${data}, shape ${shape})`;
  const expected = `a tensor, { data, shape }, of shape ${shapeText(value)}`;
  return new ArgumentError({ where: `input '${value.name}'`, expected, got });
}

function wrongShape(value: ProgramValue, shape: readonly number[]): ShapeError {
  const { name, shape: declared } = value;
  const expected = `a shape ${shapeText(value)}`;
  const batch = declared.indexOf(-1);
  const lacksBatch = batch >= 0 && shape.length === declared.length - 1;
  const hint = lacksBatch
    ? `For one example, give it as [${shape.toSpliced(batch, 0, 1).join(", ")}].`
    : undefined;
  return new ShapeError({ where: `input '${name}'`, expected, got: `[${shape.join(", ")}]`, hint });
}
