import { numberOfElements } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

/** A tensor of any dtype with `size` on an axis: what is more repeats what is there. For example inputs of other sizes. */
export function repeatedTo(x: Tensor, axis: number, size: number): Tensor {
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
