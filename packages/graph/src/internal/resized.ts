import type { Tensor } from "@octavo/tensor";
import { repeatedTo } from "../repeated-to.ts";

/** An axis of one of several tensors. */
export interface Axis {
  readonly tensor: number;
  readonly axis: number;
}

/**
 * Which axes may have to change with one, to be tried in turn: the same axis of all tensors that have its size there (a batch),
 * that one alone, all axes of its size (a sequence and its mask). The axis itself comes first.
 *
 * @param others those that may.
 */
export function axesWith(
  lead: Axis,
  others: readonly Axis[],
  tensors: readonly Tensor[],
): readonly (readonly Axis[])[] {
  const sizeOf = ({ tensor, axis }: Axis) => tensors[tensor].shape[axis];
  const alike = others.filter((other) => sizeOf(other) === sizeOf(lead));
  const ways = [alike.filter(({ axis }) => axis === lead.axis), [], alike].map((more) => [lead, ...more]);
  return ways.filter((way, i) => ways.findIndex(({ length }) => length === way.length) === i);
}

/** All axes, the batch first. */
export function axesOf(tensors: readonly Tensor[]): Axis[] {
  return tensors.flatMap((x, tensor) => x.shape.map((_, axis) => ({ tensor, axis })));
}

/** The tensors with `size` on these axes: what is more repeats what is there. */
export function resized(tensors: readonly Tensor[], axes: readonly Axis[], size: number): Tensor[] {
  const results = [...tensors];
  for (const { tensor, axis } of axes) results[tensor] = repeatedTo(results[tensor], axis, size);
  return results;
}
