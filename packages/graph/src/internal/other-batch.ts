import { Tensor } from "@octavo/tensor";

/**
 * The same kind of inputs in reverse order with one sample more (the last twice); null if there is
 * no axis 0 of one size in all of them.
 */
export function otherBatch(
  inputs: readonly unknown[],
): { inputs: unknown[]; sizes: readonly [before: number, after: number] } | null {
  const tensors = inputs.filter((x) => x instanceof Tensor);
  const size = tensors[0]?.shape[0] ?? 0;
  if (size === 0 || tensors.some((x) => x.shape[0] !== size)) return null;
  return {
    inputs: inputs.map((x) => (x instanceof Tensor ? withOneMore(x) : x)),
    sizes: [size, size + 1],
  };
}

function withOneMore(x: Tensor): Tensor {
  const [size, ...rest] = x.shape;
  const { dtype, memoryFormat, qparams } = x;
  const result = new Tensor({ shape: [size + 1, ...rest], dtype, memoryFormat, qparams });
  const from = x.raw();
  const row = x.numel / size;
  // Axis 0 is the outermost in every memory format.
  for (let i = 0; i <= size; i++) {
    const sample = (2 * size - 1 - i) % size;
    result.raw().set(from.subarray(sample * row, (sample + 1) * row) as never, i * row);
  }
  return result;
}
