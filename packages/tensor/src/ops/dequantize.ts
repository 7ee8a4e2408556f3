import { channelBlocksOf, DTypeError } from "@octavo/spec";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

const dequantizeOp: Op<[Tensor]> = {
  name: "dequantize",
  shape: ([q]) => ({ shape: q.shape, memoryFormat: q.memoryFormat }),
  forward(kernels, [q], x) {
    const { scale, zeroPoint, axis } = quantizedOf(q, "dequantize");
    const blocks = channelBlocksOf(q.shape, axis, q.memoryFormat);
    kernels.dequantize(q.raw(), scale, zeroPoint as Int32Array, x.data, blocks);
  },
  acceptsQuantized: true,
};

function quantizedOf(q: Tensor, where: string) {
  if (!q.qparams) {
    throw new DTypeError({ where: whereOf(where), expected: "a quantized tensor", got: q.describe() });
  }
  return q.qparams;
}

/** (q − zeroPoint) · scale, as float32. @throws DTypeError unless x is quantized. */
export function dequantize(q: Tensor): Tensor {
  quantizedOf(q, "dequantize");
  return applyOp(dequantizeOp, [q], {});
}

const integerTypes = { quint8: "uint8", qint8: "int8", qint32: "int32" } as const;

const intReprOp: Op<[Tensor]> = {
  name: "intRepr",
  shape: ([q]) => ({
    shape: q.shape,
    dtype: integerTypes[quantizedOf(q, "intRepr").dtype],
    memoryFormat: q.memoryFormat,
  }),
  view: () => true,
  forward: () => {},
  acceptsQuantized: true,
};

/** The integers of a quantized tensor, sharing its memory. @throws DTypeError unless x is quantized. */
export function intRepr(q: Tensor): Tensor {
  return applyOp(intReprOp, [q], {});
}
