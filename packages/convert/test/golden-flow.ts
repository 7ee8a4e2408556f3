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
  const prefix = "float.";
  const names = Object.keys(row.inputs).filter((role) => role.startsWith(prefix));
  return new Map(names.map((role) => [role.slice(prefix.length), goldenTensor(row.input(role))]));
}

/** Every element within `tolerance` of the largest expected magnitude. */
export function closeTo(got: Tensor, want: GoldenTensor, tolerance: number): void {
  expect([...got.shape]).toEqual([...want.shape]);
  const expected = want.data as Float32Array;
  const largest = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const values = got.toArray() as Float32Array;
  const worst = values.reduce((m, v, i) => Math.max(m, Math.abs(v - expected[i])), 0);
  expect(worst).toBeLessThanOrEqual(tolerance * Math.max(largest, 1e-30));
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
