import { axisIn } from "../internal/axis-of.ts";
import { denseStrides } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { requireList } from "../internal/require-list.ts";
import { block } from "../internal/strided.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { unsqueeze } from "./reshape.ts";

/** Each part with the place in the whole where it begins. */
function* placed(
  parts: readonly Tensor[],
  whole: Tensor,
  dim: number,
): Iterable<[part: Tensor, offset: number]> {
  const stride = denseStrides(whole.shape, whole.memoryFormat)[dim];
  let offset = 0;
  for (const part of parts) {
    yield [part, offset];
    offset += part.shape[dim] * stride;
  }
}

const layOut = (x: Tensor) => denseStrides(x.shape, x.memoryFormat);

const catOp: Op<Tensor[], { dim: number }> = {
  name: "cat",
  shape(parts, { dim }) {
    const [first] = parts;
    for (const part of parts) {
      requireFloat(part, "cat");
      const fits =
        part.rank === first.rank && part.shape.every((size, i) => i === dim || size === first.shape[i]);
      requireShape(fits, "cat", `shapes like ${shapeText(first.shape)} except along axis ${dim}`, part.shape);
    }
    const total = parts.reduce((sum, part) => sum + part.shape[dim], 0);
    const channelsLast = parts.some((part) => part.memoryFormat === "channelsLast");
    return {
      shape: first.shape.with(dim, total),
      memoryFormat: channelsLast ? "channelsLast" : "contiguous",
    };
  },
  forward(kernels, parts, y, { dim }) {
    for (const [part, offset] of placed(parts, y, dim)) {
      const from = { strides: layOut(part) };
      kernels.copyRegion(part.raw(), y.raw(), block(part.shape, from, { offset, strides: layOut(y) }));
    }
  },
  backward(kernels, gradient, { inputs, attributes: { dim }, needs }) {
    return [...placed(inputs, gradient, dim)].map(([part, offset], i) => {
      if (!needs[i]) return null;
      const dx = new Tensor(part);
      const from = { offset, strides: layOut(gradient) };
      kernels.copyRegion(gradient.data, dx.data, block(dx.shape, from, { strides: layOut(dx) }));
      return dx;
    });
  },
  saves: { inputs: false },
};

interface JoinOptions {
  /** Default 0. */
  readonly dim?: number;
}

const catSettings = optionsOf("cat", { dim: 0 });
const stackSettings = optionsOf("stack", { dim: 0 });

/** Tensors one after the other along an axis. @throws ShapeError if other sizes differ. */
export function cat(tensors: readonly Tensor[], options?: JoinOptions): Tensor {
  const { dim } = catSettings(options);
  requireList(tensors, "cat", "a list of tensors");
  requireShape(tensors.length > 0, "cat", "at least one tensor", "none");
  return applyOp(catOp, [...tensors], { dim: axisIn(tensors[0], dim, "cat") });
}

/** Tensors of equal shape along a new axis. */
export function stack(tensors: readonly Tensor[], options?: JoinOptions): Tensor {
  const { dim } = stackSettings(options);
  requireList(tensors, "stack", "a list of tensors");
  return cat(
    tensors.map((x) => unsqueeze(x, dim)),
    { dim },
  );
}
