import { channelBlocksOf, DTypeError } from "@octavo/spec";
import { requireTensor } from "../internal/require-tensor.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

const dequantizeOp: Op<[Tensor]> = {
  name: "dequantize",
  shape: ([q]) => ({ shape: q.shape, memoryFormat: q.memoryFormat }),
  forward(kernels, [q], x) {
    const { dtype, scale, zeroPoint, axis } = quantizedOf(q, "dequantize");
    if (zeroPoint instanceof Float32Array) {
      const rows = Int32Array.from({ length: scale.length }, (_, row) => row);
      kernels.embedding(q.raw<Uint8Array>(), scale, zeroPoint, rows, x.data, dtype === "quint4x2" ? 4 : 8);
      return;
    }
    const blocks = channelBlocksOf(q.shape, axis, q.memoryFormat);
    kernels.dequantize(q.raw(), scale, zeroPoint, x.data, blocks);
  },
  acceptsQuantized: true,
};

function quantizedOf(q: Tensor, where: string) {
  requireTensor(q, where);
  if (!q.qparams) {
    throw new DTypeError({ where: whereOf(where), expected: "a quantized tensor", got: q.describe() });
  }
  return q.qparams;
}

/** (q − zeroPoint) · scale, as float32; the table of an embedding too, whose zero points are floats. @throws DTypeError unless x is quantized. */
export function dequantize(q: Tensor): Tensor {
  quantizedOf(q, "dequantize");
  return applyOp(dequantizeOp, [q], {});
}

const integerTypes = { quint8: "uint8", qint8: "int8", qint32: "int32" } as const;

const intReprOp: Op<[Tensor]> = {
  name: "intRepr",
  shape([q]) {
    const { dtype } = quantizedOf(q, "intRepr");
    if (dtype === "quint4x2") {
      throw new DTypeError({
        where: whereOf("intRepr"),
        expected: "one integer in each byte",
        got: q.describe(),
        hint: "toArray() gives them one by one.",
      });
    }
    return { shape: q.shape, dtype: integerTypes[dtype], memoryFormat: q.memoryFormat };
  },
  view: () => true,
  forward: () => {},
  acceptsQuantized: true,
};

/** The integers of a quantized tensor, sharing its memory. @throws DTypeError unless x is quantized; for quint4x2, which has two in a byte. */
export function intRepr(q: Tensor): Tensor {
  return applyOp(intReprOp, [q], {});
}
