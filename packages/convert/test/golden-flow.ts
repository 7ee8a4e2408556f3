import type { Module } from "@octavo/nn";
import type { GoldenCase, GoldenTensor } from "@octavo/testing";
import { noGrad, tensor, Tensor } from "@octavo/tensor";
import { expect } from "vitest";

export function goldenTensor({ data, shape, dtype }: GoldenTensor): Tensor {
  const values = data as ArrayLike<number>;
  return tensor(dtype === "int64" ? Array.from(values, Number) : values, shape, { dtype });
}

/** The float net's state dict among the inputs. */
export function floatState(row: GoldenCase): Map<string, Tensor> {
  return under("float.", row.inputs);
}

/** A state dict among the outputs. */
export function stateUnder(row: GoldenCase, prefix: string): Map<string, Tensor> {
  return under(prefix, row.outputs);
}

function under(prefix: string, side: GoldenCase["inputs"]): Map<string, Tensor> {
  const entries = Object.entries(side).filter(([role]) => role.startsWith(prefix));
  return new Map(entries.map(([role, x]) => [role.slice(prefix.length), goldenTensor(x as GoldenTensor)]));
}

/** Every element within `tolerance` of a size: the largest expected magnitude, unless given. */
export function closeTo(
  got: Tensor,
  want: GoldenTensor,
  tolerance: number,
  name = "output",
  size = largest(want),
): void {
  expect([name, ...got.shape]).toEqual([name, ...want.shape]);
  const expected = want.data as Float32Array;
  const worst = (got.toArray() as Float32Array).reduce(
    (m, v, i) => Math.max(m, Math.abs(v - expected[i])),
    0,
  );
  expect(worst, name).toBeLessThanOrEqual(tolerance * Math.max(size, 1e-30));
}

/** How many elements are not within `tolerance` of the largest expected magnitude. */
export function countBeyond(got: Tensor, want: GoldenTensor, tolerance: number): number {
  const limit = tolerance * largest(want);
  const expected = want.data as Float32Array;
  return (got.toArray() as Float32Array).filter((v, i) => !(Math.abs(v - expected[i]) <= limit)).length;
}

function largest({ data }: GoldenTensor): number {
  return (data as Float32Array).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
}

/** Integers of every module's output, by torch's name. */
export function recordIntegers(model: Module, x: Tensor): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const remove = [...model.namedModules()].map(([path, module]) =>
    module.registerForwardHook((_module, _inputs, output) => {
      if (output instanceof Tensor && output.isQuantized) {
        const name = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        found.set(name, Array.from(output.toArray() as Uint8Array));
      }
      return undefined;
    }),
  );
  noGrad(() => model(x));
  for (const one of remove) one();
  return found;
}
