import {
  channelBlocks,
  dtypes,
  DTypeError,
  formatsCoincide,
  isQuantized,
  numberOfElements,
  quantRanges,
  ShapeError,
} from "@octavo/spec";
import { ArgumentError } from "@octavo/spec";
import type { Kernels, MemoryFormat, ProgramValue, TypedArray } from "@octavo/spec";

import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { copyBlock } from "./copy-block.ts";

/**
 * Checks shape, dtype and length of an input. @returns its batch size, or null if it has none.
 * @throws ShapeError or DTypeError that names the input.
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

/**
 * How an input gets into the arena: copied in the value's own memory format, then searched for what no kernel expects.
 * Everything but the copy itself is done here, once. @throws ArgumentError when called with NaN in a float input, or with
 * an integer outside the range of a quantized one's qparams.
 */
export function bindInput(
  kernels: Kernels,
  value: ProgramValue,
  target: TypedArray,
): (tensor: InputTensor) => void {
  const { array } = dtypes[value.dtype];
  const copy = {
    contiguous: bindCopy(kernels, value.shape, "contiguous", value.memoryFormat),
    channelsLast: bindCopy(kernels, value.shape, "channelsLast", value.memoryFormat),
  };
  const expectValid =
    value.dtype === "float32"
      ? bindNumbers(kernels, value, target as Float32Array)
      : bindRange(value, target);
  return ({ data, memoryFormat = "contiguous" }) => {
    copy[memoryFormat](Array.isArray(data) ? new array(data as never) : (data as TypedArray), target);
    expectValid();
  };
}

/** How a result leaves the arena: into an array of its own, row-major. */
export function bindOutput(kernels: Kernels, value: ProgramValue, data: TypedArray): () => OutputTensor {
  const { name, dtype, shape, qparams } = value;
  const { array } = dtypes[dtype];
  const copy = bindCopy(kernels, shape, value.memoryFormat, "contiguous");
  const info = { name, dtype, shape, memoryFormat: "contiguous" as const, ...(qparams && { qparams }) };
  return () => {
    const target = new array(data.length);
    copy(data, target);
    return { ...info, data: target };
  };
}

function bindCopy(
  kernels: Kernels,
  shape: readonly number[],
  fromFormat: MemoryFormat,
  toFormat: MemoryFormat,
): (from: TypedArray, to: TypedArray) => void {
  if (fromFormat === toFormat || formatsCoincide(shape)) return (from, to) => to.set(from as never);
  const from = { shape, memoryFormat: fromFormat };
  const block = copyBlock({ from, to: { shape, memoryFormat: toFormat } });
  return (from, to) => kernels.copyRegion(from, to, block);
}

function bindNumbers(kernels: Kernels, { name }: ProgramValue, data: Float32Array): () => void {
  const min = new Float32Array(1);
  const max = new Float32Array(1);
  const blocks = channelBlocks({ outer: 1, channels: 1, inner: data.length });
  return () => {
    kernels.minMax(data, min, max, blocks);
    if (!Number.isNaN(min[0])) return;
    const hint = "Look at where it comes from: a division by zero, or an image that was not read.";
    throw new ArgumentError({ where: `input '${name}'`, expected: "numbers", got: "NaN among them", hint });
  };
}

/** Kernels count on integers within quantMin … quantMax; only a range smaller than the dtype's can be left. */
function bindRange({ name, dtype, qparams }: ProgramValue, data: TypedArray): () => void {
  if (!qparams || !isQuantized(dtype)) return () => {};
  const { quantMin, quantMax } = qparams;
  const [least, most] = quantRanges[dtype];
  if (quantMin <= least && most <= quantMax) return () => {};
  return () => {
    const outside = (data as Uint8Array).find((q) => q < quantMin || q > quantMax);
    if (outside === undefined) return;
    throw new ArgumentError({
      where: `input '${name}'`,
      expected: `integers from ${quantMin} to ${quantMax}`,
      got: `${outside} among them`,
      hint: "Quantize with this input's qparams, quantMin and quantMax included.",
    });
  };
}
