import { dtypes, DTypeError, isQuantized, numberOfElements, ShapeError } from "@octavo/spec";
import type { ProgramValue } from "@octavo/spec";

import type { InputTensor } from "../tensor-info.ts";

/**
 * Checks shape, dtype and length of an input. @returns its batch size, or null if it has none.
 * @throws ShapeError or DTypeError that names the input.
 */
export function checkInput(value: ProgramValue, tensor: InputTensor): number | null {
  const { data, shape } = tensor;
  if (!fits(shape, value.shape)) throw wrongShape(value, shape);
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
    const got = (data as object).constructor.name;
    const expected = `${array.name} or a plain array (${value.dtype})`;
    throw new DTypeError({ where: `input '${value.name}'`, expected, got, hint });
  }
  const batchAxis = value.shape.indexOf(-1);
  return batchAxis < 0 ? null : shape[batchAxis];
}

/** A loop, since it runs before every inference: a closure would be garbage. */
function fits(shape: readonly number[], declared: readonly number[]): boolean {
  if (shape.length !== declared.length) return false;
  for (let axis = 0; axis < declared.length; axis++) {
    const isRight = declared[axis] === -1 ? shape[axis] >= 1 : shape[axis] === declared[axis];
    if (!isRight) return false;
  }
  return true;
}

function wrongShape({ name, shape: declared }: ProgramValue, shape: readonly number[]): ShapeError {
  const expected = `a shape [${declared.map((size) => (size === -1 ? "batch" : size)).join(", ")}]`;
  const batch = declared.indexOf(-1);
  const lacksBatch = batch >= 0 && shape.length === declared.length - 1;
  const hint = lacksBatch
    ? `For one example, give it as [${shape.toSpliced(batch, 0, 1).join(", ")}].`
    : undefined;
  return new ShapeError({ where: `input '${name}'`, expected, got: `[${shape.join(", ")}]`, hint });
}
