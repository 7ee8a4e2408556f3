import { denseStrides } from "@octavo/spec";
import { kernels } from "@octavo/backend";
import { Tensor } from "../tensor.ts";
import type { ReduceAttributes } from "./define-reduction.ts";
import { block, repeatingStrides } from "./strided.ts";

/** A reduced tensor repeated along the reduced axes, to the shape and format of `like`. */
export function expandReduced(reduced: Tensor, like: Tensor, { dim, keepdim }: ReduceAttributes): Tensor {
  const result = new Tensor({ shape: like.shape, memoryFormat: like.memoryFormat });
  const dense = repeatingStrides(reduced, reduced.rank);
  const left = like.shape.map((_, axis) => axis).filter((axis) => keepdim || !dim.includes(axis));
  const strides = like.shape.map((_, axis) => (dim.includes(axis) ? 0 : dense[left.indexOf(axis)]));
  kernels().copyRegion(
    reduced.data,
    result.data,
    block(like.shape, { strides }, { strides: denseStrides(like.shape, like.memoryFormat) }),
  );
  return result;
}
