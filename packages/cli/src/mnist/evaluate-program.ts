import type { ImageDataset } from "@octavo/data";
import { load } from "@octavo/runtime";
import type { Program } from "@octavo/spec";
import { evaluate } from "./evaluate.ts";
import type { Evaluation } from "./evaluate.ts";

/** Evaluates a program, float or int8, by the runtime alone: from a file, or as it is. `kernels` says what ran each op. */
export async function evaluateProgram(
  name: string,
  source: string | Program,
  images: ImageDataset,
): Promise<Evaluation & { readonly kernels: string }> {
  const session = await load(source);
  try {
    const run = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) =>
      session.run({ data, shape }).data;
    const evaluation = await evaluate(name, (batch) => run(batch.images), images);
    return { ...evaluation, kernels: session.explain() };
  } finally {
    session.dispose();
  }
}
