import { disableFakeQuant } from "@octavo/fake-quant";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d, Linear, ReLU } from "@octavo/nn";
import type { BatchNorm, ConvOptions, Module, WeightedLayer } from "@octavo/nn";
import { backward, noGrad, tensor, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { getDefaultQatQConfig } from "../src/default-qconfigs.ts";
import { QatBnLayer } from "../src/modules/qat-bn-layer.ts";
import { QatLayer } from "../src/modules/qat-layer.ts";
import { withTorchRounding } from "./torch-sqrt.ts";

const group = goldens("qat-modules");
const isEmbedding = (row: GoldenCase) => row.name.startsWith("Embedding");
const rows = group.cases.filter((row) => !isEmbedding(row) && !row.args.fused);
const convs = { "1d": Conv1d, "2d": Conv2d, "3d": Conv3d };
const norms = { "1d": BatchNorm1d, "2d": BatchNorm2d, "3d": BatchNorm3d };

/** `ConvBnReLU2d` with the initial parameters of a case. */
function create(row: GoldenCase): QatLayer {
  const typeName = row.args.module as string;
  const [, dims = "1d"] = /(\dd)$/.exec(typeName) ?? [];
  const [outChannels, inPerGroup] = row.input("weight").shape;
  const bias = row.has("bias");
  const isLinear = typeName.startsWith("Linear");
  const {
    groups = 1,
    stride,
    padding,
    dilation,
    padding_mode,
    kernel_size,
  } = row.args as Record<string, number>;
  const options = {
    stride,
    padding,
    dilation,
    groups,
    paddingMode: padding_mode,
    bias,
  } as unknown as ConvOptions;
  const layer: WeightedLayer = isLinear
    ? new Linear(inPerGroup, outChannels, { bias })
    : new convs[dims as keyof typeof convs](inPerGroup * groups, outChannels, kernel_size, options);
  const activation = typeName.includes("ReLU") ? new ReLU() : null;
  const parts = { typeName, layer, activation };
  const qconfig = getDefaultQatQConfig(row.args.qconfig as "fbgemm" | "qnnpack");
  if (!typeName.includes("Bn")) return loaded(new QatLayer(parts, qconfig), row);
  const { eps, momentum } = row.args as Record<string, number>;
  const bn: BatchNorm = new norms[dims as keyof typeof norms](outChannels, { eps, momentum });
  const module = loaded(new QatBnLayer({ ...parts, bn }, qconfig), row);
  module.stable = row.args.path === "slow";
  return module;
}

function loaded<M extends Module>(module: M, row: GoldenCase): M {
  // The count is 0, and the goldens write scalars with shape [1].
  const state = Object.keys(row.inputs).filter((role) => !/^d?[xy]\d+$|num_batches_tracked/.test(role));
  module.loadStateDict(new Map(state.map((role) => [role, input(row, role)])), { strict: false });
  return module;
}

/** The same with σ as torch rounds it. */
function createRounded(row: GoldenCase): QatLayer {
  const module = create(row);
  if (!(module instanceof QatBnLayer)) return module;
  const [min, max] = ["min_val", "max_val"].map((name) =>
    numbers(row, `weight_fake_quant.activation_post_process.${name}_0`),
  );
  return withTorchRounding(() => begin(create(row), row, 0) as QatBnLayer, input(row, "x0"), min, max);
}

function begin(module: QatLayer, row: GoldenCase, step: number): QatLayer {
  const names = (row.args.actions as Record<string, string[]>)[step] ?? [];
  for (const name of names) actions[name](module as QatBnLayer);
  return module;
}

function numbers(row: GoldenCase, role: string): number[] {
  const entry = row.outputs[role] ?? row.inputs[role];
  return Array.from(
    typeof entry === "number" ? [entry] : (row.tensor(role).data as ArrayLike<number>),
    Number,
  );
}

function input(row: GoldenCase, role: string): Tensor {
  const { data, shape, dtype } = row.input(role);
  return tensor(data as Float32Array, shape, { dtype });
}

const actions: Record<string, (module: QatBnLayer) => void> = {
  train: (m) => m.train(),
  eval: (m) => m.eval(),
  freeze_bn_stats: (m) => m.freezeBnStats(),
  update_bn_stats: (m) => m.updateBnStats(),
  enable_observer: (m) => m.weightFakeQuant.enableObserver(),
  disable_observer: (m) => m.weightFakeQuant.disableObserver(),
  enable_fake_quant: (m) => m.weightFakeQuant.enableFakeQuant(),
  disable_fake_quant: (m) => m.apply(disableFakeQuant),
};

/** Batch norm takes the mean away: in training the bias's gradient is what rounding leaves of terms up to γ/√eps. */
function largestBiasTerm(module: QatLayer): number {
  if (!(module instanceof QatBnLayer) || !module.bn.training) return 1;
  const { weight, eps } = module.bn;
  return Math.max(...weight!.data.map(Math.abs)) / Math.sqrt(eps);
}

/** SGD with torch's own gradients, so that each step starts where torch's did; ours in channels where torch has NaN. */
function step(parameter: Tensor, gradient: readonly number[], lr: number): void {
  const contiguous = tensor(Float32Array.from(gradient), parameter.shape);
  const { data } = toMemoryFormat(contiguous, parameter.memoryFormat);
  data.forEach((value, i) => {
    const used = Number.isNaN(value) ? parameter.grad!.data[i] : value;
    parameter.data[i] -= Math.fround(Math.fround(lr) * used);
  });
}

/**
 * At most 1e-5 of the largest expected value; where torch has NaN (γ = 0 on its fast path) anything goes,
 * and so it does for the range of such a channel's weight, which torch takes after, we before multiplying by 0.
 * @param floor at least this counts as the largest: gradients that cancel to 0 are noise in torch too.
 */
function near(row: GoldenCase, role: string, actual: ArrayLike<number | bigint>, floor = 0): void {
  const isGuarded = row.args.path === "fast" && role.startsWith("weight_fake_quant.") && row.has("bn.weight");
  const gamma = isGuarded ? numbers(row, "bn.weight") : [];
  const expected = numbers(row, role).map((value, c) => (gamma[c] === 0 ? NaN : value));
  expect(actual.length, role).toBe(expected.length);
  const largest = expected.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), floor);
  const worst = expected.reduce(
    (m, v, i) => (Number.isNaN(v) ? m : Math.max(m, Math.abs(Number(actual[i]) - v))),
    0,
  );
  expect(worst / (largest || 1), role).toBeLessThanOrEqual(1e-5);
}

describe.skipIf(group.absent)(group.title, () => {
  it("covers every module but embeddings, and torch's fused kernel, which has another formula", () => {
    expect([rows.length, group.cases.length]).toEqual([84 - 3 - 12, 84]);
  });
  it.skip("Embedding, EmbeddingBag: later (3 cases)", () => {});

  it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const module = createRounded(row);
    const { steps, lr } = row.args as Record<string, number>;
    for (let i = 0; i < steps; i++) {
      begin(module, row, i);
      module.zeroGrad();
      const x = input(row, `x${i}`).requiresGrad_();
      const y = module(x);
      near(row, `y_${i}`, y.toArray());
      backward(y, input(row, `dy${i}`));
      near(row, `dx_${i}`, x.grad!.toArray(), 1);
      for (const [key, value] of module.stateDict()) {
        if (row.outputs[`${key}_${i}`] !== undefined) near(row, `${key}_${i}`, value.toArray());
      }
      for (const [key, value] of module.stateDict()) {
        if (row.outputs[`d_${key}_${i}`] === undefined) continue;
        const gradient = (value.grad?.toArray() ?? new Float32Array(value.numel)) as Float32Array;
        near(row, `d_${key}_${i}`, gradient, key === "bias" ? largestBiasTerm(module) : 1);
        step(value, numbers(row, `d_${key}_${i}`), lr);
      }
    }
    for (const [key, value] of module.stateDict()) {
      if (row.outputs[`final.${key}`] !== undefined) near(row, `final.${key}`, value.toArray());
    }
    module.eval();
    near(row, "y_eval", noGrad(() => module(input(row, "x0"))).toArray());
  });
});
