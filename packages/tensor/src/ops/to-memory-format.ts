import { denseStrides, formatsCoincide, region } from "@octavo/spec";
import type { MemoryFormat } from "@octavo/spec";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { withTracer } from "../tracer.ts";

const convert: Op<[Tensor], { format: MemoryFormat }> = {
  name: "toMemoryFormat",
  shape: ([x], { format }) => ({ ...info(x), memoryFormat: format }),
  forward: (kernels, [x], y) =>
    kernels.copyRegion(
      x.raw(),
      y.raw(),
      region({
        fromOffset: 0,
        toOffset: 0,
        sizes: x.shape,
        fromStrides: denseStrides(x.shape, x.memoryFormat),
        toStrides: denseStrides(x.shape, y.memoryFormat),
      }),
    ),
  backward: (_, gradient, { inputs: [x] }) => [toMemoryFormat(gradient, x.memoryFormat)],
  saves: { inputs: false },
  acceptsQuantized: true,
};

const info = ({ shape, dtype, qparams }: Tensor) => ({ shape, dtype, qparams });

/** The same values in another memory format; the tensor itself if it has it already. Not seen by tracers. */
export function toMemoryFormat(x: Tensor, format: MemoryFormat): Tensor {
  if (x.memoryFormat === format || formatsCoincide(x.shape)) return x;
  return withTracer(null, () => applyOp(convert, [x], { format }));
}
