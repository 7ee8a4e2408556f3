import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { BatchNorm2d, Conv2d, ReLU, Sequential } from "@octavo/nn";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { fuseConvBnWeights, fuseLinearBnWeights, fuseModules, fuseModulesQat } from "../src/index.ts";
import { moduleOf, netOf, structureOf, tensorOf } from "./torch-module.ts";

const group = goldens("fuse");

/** Largest difference, as a share of the largest value. */
function distance(actual: Tensor, expected: ArrayLike<number>): number {
  const values = actual.toArray() as Float32Array;
  expect(values.length).toBe(expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs), 1e-30);
  return Math.max(...values.map((value, i) => Math.abs(value - expected[i]))) / largest;
}

const outputTolerance = (row: GoldenCase) => (row.name.includes("var-tiny") ? 1e-4 : 1e-5);
const bits = (x: Tensor) => [...(x.toArray() as Float32Array)];

describe.skipIf(group.absent)(group.title, () => {
  it.each(group.select("eval/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const net = netOf(row);
    const x = tensorOf(row.input("x"));
    const fused = fuseModules(net, row.args.fuse as string[]);
    noGrad(() => {
      expect(distance(net(x), row.floats("y_before"))).toBeLessThan(outputTolerance(row));
      expect(distance(fused(x), row.floats("y_after"))).toBeLessThan(outputTolerance(row));
    });
    // Torch cannot fold grouped transposed convolutions; Octavo's result is only compared by its output.
    if (row.errors.torch_error) return;
    expect([...fused.children()].map(structureOf)).toEqual(row.outputs.structure_after);
    const state = fused.stateDict();
    const keys = Object.keys(row.outputs).filter((key) => key.startsWith("after."));
    expect(keys.map((key) => key.slice("after.".length)).sort()).toEqual([...state.keys()].sort());
    for (const key of keys) {
      const value = state.get(key.slice("after.".length))!;
      // Exact, also where the golden's README allows 1e-6.
      if (value.dtype === "float32") expect(bits(value)).toEqual([...row.floats(key)]);
    }
  });

  const samples: Record<string, string> = {
    Conv1d: "Conv1d(3, 4, kernel_size=(3,))",
    Conv2d: "Conv2d(3, 4, kernel_size=(3, 3))",
    Conv3d: "Conv3d(3, 4, kernel_size=(3, 3, 3))",
    ConvTranspose1d: "ConvTranspose1d(3, 4, kernel_size=(3,))",
    ConvTranspose2d: "ConvTranspose2d(3, 4, kernel_size=(3, 3))",
    ConvTranspose3d: "ConvTranspose3d(3, 4, kernel_size=(3, 3, 3))",
    Linear: "Linear(in_features=3, out_features=4)",
    ReLU: "ReLU()",
  };
  const sample = (name: string) => moduleOf(samples[name] ?? `${name}(4)`);

  it.each(group.select("qat/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const names = row.args.modules as string[];
    const net = new Sequential(...names.map(sample));
    const fused = fuseModulesQat(
      net,
      names.map((_, i) => String(i)),
    );
    if (row.errors.error) {
      // Torch cannot train transposed convolutions with batch norm; Octavo can.
      expect(names[0]).toMatch(/^ConvTranspose/);
      expect(structureOf(fused)).toMatch(
        /^Sequential\(ConvTransposeBn\dd\(ConvTranspose\dd, BatchNorm\dd\), Identity\)$/,
      );
      return;
    }
    expect([...fused.children()].map(structureOf)).toEqual(row.outputs.structure_after);
    expect([...fused.stateDict().keys()]).toEqual(row.outputs.state_dict_keys);
    expect(fused.training).toBe(true);
  });

  it.each(group.select("functions/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const input = (role: string) => tensorOf(row.input(role));
    const norm = {
      runningMean: input("running_mean"),
      runningVar: input("running_var"),
      weight: input("gamma"),
      bias: input("beta"),
      eps: row.number("eps"),
    };
    const { weight, bias } = row.name.includes("linear")
      ? fuseLinearBnWeights(input("weight"), input("bias"), norm)
      : fuseConvBnWeights(input("weight"), input("bias"), norm, { transpose: row.args.transpose as boolean });
    expect(bits(weight)).toEqual([...(row.output("weight").data as Float32Array)]);
    expect(bits(bias)).toEqual([...(row.output("bias").data as Float32Array)]);
  });

  const conv = () => new Conv2d(3, 4, 3);
  const failing: Record<string, { net: () => Sequential; message: RegExp }> = {
    "error/unknown-pair": {
      net: () => new Sequential(new ReLU(), conv()).eval(),
      message: /fuseModules \[0, 1\]: expected names of modules .* got \(ReLU, Conv2d\)/,
    },
    "error/train-mode-eager": {
      net: () => new Sequential(conv(), new BatchNorm2d(4)).train(),
      message: /expected evaluation mode.*got training mode.\n.*fuseModulesQat/,
    },
    "error/mixed-mode": {
      net: () => new Sequential(conv().eval(), new BatchNorm2d(4)),
      message: /expected all in the same mode, got Conv2d in evaluation and BatchNorm2d in training mode/,
    },
    "error/channels-mismatch": {
      net: () => new Sequential(conv(), new BatchNorm2d(3)).eval(),
      message: /expected a batch norm of 4 channels, as Conv2d has, got 3/,
    },
  };

  it.each(Object.keys(failing))("%s", (name) => {
    const [row] = group.select(name);
    const net = failing[name].net();
    expect(row.errors.error).toBeTruthy();
    expect([...net.children()].map((module) => module.typeName())).toEqual(row.args.modules);
    expect(() => fuseModules(net, ["0", "1"])).toThrow(failing[name].message);
  });

  it("error/relu6: torch has no rule, Octavo keeps the clamp", () => {
    const [row] = group.select("error/relu6");
    const net = new Sequential(
      ...(row.args.modules as string[]).map((name) =>
        name === "ReLU6" ? moduleOf("ReLU6()") : sample(name),
      ),
    );
    expect(structureOf(fuseModules(net.eval(), ["0", "1", "2"]))).toBe(
      "Sequential(Conv2dReLU6(Conv2d, ReLU6), Identity, Identity)",
    );
  });

  it("runs every case", () => {
    expect(group.cases.length).toBe(
      ["eval/", "qat/", "functions/"].reduce((sum, prefix) => sum + group.select(prefix).length, 0) +
        Object.keys(failing).length +
        1,
    );
  });
});
