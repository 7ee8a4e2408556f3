import { denseStrides, entryOf, memoryFormats, formatsCoincide } from "@octavo/spec";
import type { MemoryFormat } from "@octavo/spec";
import { block } from "../internal/strided.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activeTracer, withTracer } from "../tracer.ts";

const convert: Op<[Tensor], { format: MemoryFormat }> = {
  name: "toMemoryFormat",
  shape: ([{ shape, dtype, qparams }], { format }) => ({ shape, dtype, qparams, memoryFormat: format }),
  forward: (kernels, [x], y) =>
    kernels.copyRegion(
      x.raw(),
      y.raw(),
      block(
        x.shape,
        { strides: denseStrides(x.shape, x.memoryFormat) },
        { strides: denseStrides(x.shape, y.memoryFormat) },
      ),
    ),
  backward: (_, gradient, { inputs: [x] }) => [toMemoryFormat(gradient, x.memoryFormat)],
  saves: { inputs: false },
  acceptsQuantized: true,
};

/** The same values in another memory format; the tensor itself if it has it already. Tracers see no op. */
export function toMemoryFormat(x: Tensor, format: MemoryFormat): Tensor {
  if (x.memoryFormat === format) return x;
  entryOf(memoryFormats, format, whereOf("toMemoryFormat"), "memory format");
  if (formatsCoincide(x.shape)) return x;
  const converted = withTracer(null, () => applyOp(convert, [x], { format }));
  activeTracer()?.converted?.(x, converted);
  return converted;
}
