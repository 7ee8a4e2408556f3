import { numberOfElements } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

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
  for (const { tensor, axis } of axes) results[tensor] = repeated(results[tensor], axis, size);
  return results;
}

function repeated(x: Tensor, axis: number, size: number): Tensor {
  const { dtype, qparams } = x;
  const result = new Tensor({ shape: x.shape.with(axis, size), dtype, qparams });
  const [from, before] = [x.toArray(), x.shape[axis]];
  const inner = numberOfElements(x.shape.slice(axis + 1));
  const count = numberOfElements(x.shape.slice(0, axis)) * size;
  for (let i = 0; i < count; i++) {
    const source = Math.floor(i / size) * before + ((i % size) % before);
    result.raw().set(from.subarray(source * inner, (source + 1) * inner) as never, i * inner);
  }
  return result;
}
