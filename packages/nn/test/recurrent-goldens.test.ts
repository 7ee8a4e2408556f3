import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import * as nn from "@octavo/nn";
import type { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import { deviation, fromGolden, optionsOf } from "./torch-options.ts";

const floatOps = goldens("float-ops");

/** How each kind of module is made and called. */
const kinds: Readonly<
  Record<string, (row: GoldenCase, inputs: Record<string, Tensor>) => { module: Module; call: () => unknown }>
> = {
  ...Object.fromEntries(
    (["LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"] as const).map((kind) => [
      kind,
      (row: GoldenCase, { x, h0, c0 }: Record<string, Tensor>) => {
        const { inputSize, hiddenSize, ...options } = optionsOf(row);
        const module = new nn[kind](inputSize, hiddenSize, options) as Module;
        return { module, call: () => module(x, c0 ? [h0, c0] : h0) };
      },
    ]),
  ),
  MultiheadAttention: (row, { query, key = query, value = query, attn_mask: attnMask }) => {
    const { embedDim, numHeads, averageAttnWeights, ...options } = optionsOf(row);
    const module = new nn.MultiheadAttention(embedDim, numHeads, options);
    return { module, call: () => module(query, key, value, { attnMask, averageAttnWeights }) };
  },
};

function check(row: GoldenCase): void {
  const names = Object.keys(row.inputs).filter((name) => !/^dy\d*$/.test(name));
  const inputs = Object.fromEntries(
    names.map((name) => {
      const golden = row.input(name);
      return [name, fromGolden(golden, golden.dtype === "float32")];
    }),
  );
  const { module, call } = kinds[row.name.split("/")[0]](row, inputs);
  const state = new Map([...module.stateDict().keys()].map((name) => [name, inputs[name]]));
  module.loadStateDict(state);
  const expectClose = (actual: Tensor, role: string) => {
    const wanted = row.output(role);
    expect(actual.shape, role).toEqual(wanted.shape);
    expect(
      deviation(actual.toArray() as Float32Array, wanted.data as Float32Array),
      role,
    ).toBeLessThanOrEqual(2e-5);
  };
  const outputs = [call()].flat(2) as Tensor[];
  outputs.forEach((y, i) => expectClose(y, `y${i || ""}`));
  const sums = outputs.map((y, i) => y.mul(fromGolden(row.input(`dy${i || ""}`))).sum());
  sums.reduce((total, sum) => total.add(sum)).backward();
  const parameters = new Map([...module.namedParameters()].map(([name, x]) => [nn.torchName(name), x]));
  for (const role of Object.keys(row.outputs).filter((name) => name.startsWith("d_"))) {
    const name = role.slice(2);
    expectClose((parameters.get(name) ?? inputs[name]).grad!, role);
  }
}

describe.skipIf(floatOps.absent)(`${floatOps.title}: recurrent layers and attention`, () => {
  const rows = floatOps.cases.filter(({ name }) => name.split("/")[0] in kinds);
  it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => check(row));
});
