import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase, GoldenTensor } from "@octavo/testing";
import { tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { argumentsOf, calls, ofModules } from "./float-ops-calls.ts";

const floatOps = goldens("float-ops");

/** Whose results are one rounding of an exact value, or no arithmetic at all: bits must agree. */
const exact = new Set(
  [
    "relu",
    "relu6",
    "hardtanh",
    "clamp",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "pad",
    "cat",
    "stack",
  ].concat(
    [
      "chunk",
      "split",
      "permute",
      "flatten",
      "pixel_shuffle",
      "pixel_unshuffle",
      "channel_shuffle",
      "slice",
      "add",
      "sub",
      "mul",
      "maximum",
      "minimum",
      "neg",
      "abs",
    ],
    ["round", "floor", "sign", "argmax", "max", "min"],
  ),
);

function leaf({ data, shape, dtype }: GoldenTensor): Tensor {
  return tensor(data as ArrayLike<number>, shape, { dtype, requiresGrad: dtype === "float32" });
}

function expectClose(actual: Tensor, expected: GoldenTensor, tolerance: number, what: string): void {
  // The files hold scalars as one element of rank 1.
  expect(actual.rank === 0 ? [1] : actual.shape, what).toEqual(expected.shape);
  const values = Array.from(actual.toArray() as ArrayLike<number>, Number);
  const wanted = Array.from(expected.data as ArrayLike<number>, Number);
  const bound =
    tolerance * wanted.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 1);
  wanted.forEach((want, i) => {
    if (Object.is(want, values[i]) || want === values[i]) return;
    expect(Math.abs(values[i] - want), `${what}[${i}]: ${values[i]} for ${want}`).toBeLessThanOrEqual(bound);
  });
}

function check(row: GoldenCase): void {
  const operation = row.name.split("/")[0];
  // With alpha, torch fuses the product and the sum into one rounding.
  const tolerance = exact.has(operation) && !("alpha" in row.args) ? 0 : 2e-5;
  const inputs: Record<string, Tensor> = {};
  for (const role of Object.keys(row.inputs)) if (!/^dy\d*$/.test(role)) inputs[role] = leaf(row.input(role));
  const outputs = [calls[operation](inputs, argumentsOf(row.args))].flat() as Tensor[];
  outputs.forEach((y, i) => {
    const role = i ? `y${i}` : "y";
    expectClose(y, row.output(role), tolerance, role);
    const gradient = `d${role}` in row.inputs ? row.input(`d${role}`) : null;
    if (gradient) y.add(0).backward(tensor(gradient.data as Float32Array, y.shape));
  });
  const gradients = Object.keys(row.outputs).filter((role) => role.startsWith("d_"));
  for (const role of gradients) {
    // Sums of gradients over broadcast axes have an order of their own.
    expectClose(inputs[role.slice(2)].grad!, row.output(role), Math.max(tolerance, 2e-5), role);
  }
}

describe.skipIf(floatOps.absent)(floatOps.title, () => {
  const rows = floatOps.cases.filter(({ name }) => !ofModules.test(name));
  for (const row of rows) {
    if (row.name.split("/")[0] in calls) it(row.name, () => check(row));
    else it.skip(`${row.name} (not implemented)`);
  }
});
