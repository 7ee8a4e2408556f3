import { disableFakeQuant, fakeQuantizeWith } from "@octavo/fake-quant";
import type { FakeQuantizeFactory } from "@octavo/fake-quant";
import { fuseConvBn, fuseLinearBn } from "@octavo/fusion";
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  Linear,
} from "@octavo/nn";
import type { BatchNorm, WeightedLayer } from "@octavo/nn";
import { HistogramObserver } from "@octavo/observers";
import { backward, rand, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { getDefaultQatQConfig, QatBnLayer, QatLayer, QConfig } from "../src/index.ts";

const kinds: readonly (readonly [string, () => WeightedLayer, () => BatchNorm, readonly number[]])[] = [
  ["Linear", () => new Linear(4, 6), () => new BatchNorm1d(6), [5, 4]],
  ["Conv1d", () => new Conv1d(4, 6, 3), () => new BatchNorm1d(6), [3, 4, 7]],
  ["Conv2d, groups", () => new Conv2d(4, 6, 3, { groups: 2 }), () => new BatchNorm2d(6), [3, 4, 5, 6]],
  ["Conv3d", () => new Conv3d(4, 6, 2, { bias: false }), () => new BatchNorm3d(6), [2, 4, 3, 3, 3]],
  ["ConvTranspose1d", () => new ConvTranspose1d(4, 6, 3), () => new BatchNorm1d(6), [3, 4, 5]],
  [
    "ConvTranspose2d",
    () => new ConvTranspose2d(4, 6, 3, { stride: 2 }),
    () => new BatchNorm2d(6),
    [3, 4, 4, 3],
  ],
  [
    "ConvTranspose2d, groups",
    () => new ConvTranspose2d(4, 6, 2, { groups: 2 }),
    () => new BatchNorm2d(6),
    [3, 4, 4, 3],
  ],
  ["ConvTranspose3d", () => new ConvTranspose3d(4, 6, 2), () => new BatchNorm3d(6), [2, 4, 2, 3, 2]],
];

const qconfig = getDefaultQatQConfig();
/** Of weights: by channel, of the whole, and by each value. */
const watchers: readonly (readonly [string, FakeQuantizeFactory])[] = [
  ["a range per channel", qconfig.weight!],
  ["one range", getDefaultQatQConfig("qnnpack").weight!],
  [
    "histogram",
    fakeQuantizeWith(HistogramObserver.withArgs({ dtype: "qint8", qscheme: "perTensorSymmetric", bins: 64 })),
  ],
];

/** A layer and a batch norm with statistics, weights and signs of their own. */
function parts(layer: () => WeightedLayer, norm: () => BatchNorm) {
  const bn = norm();
  bn.weight!.data.set(randn([6]).data);
  bn.bias!.data.set(randn([6]).data);
  bn.runningMean!.data.set(randn([6]).data);
  bn.runningVar!.data.set(rand([6]).data.map((v) => v + 0.2));
  return { typeName: "Layer", layer: layer(), activation: null, bn };
}

function near(actual: Tensor | null, expected: Tensor | null, what: string): void {
  const want = expected!.toArray() as Float32Array;
  const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  const worst = (actual!.toArray() as Float32Array).reduce(
    (m, v, i) => Math.max(m, Math.abs(v - want[i])),
    0,
  );
  expect(worst / largest, what).toBeLessThanOrEqual(2e-5);
}

describe.each(kinds)("%s", (_, layer, norm, shape) => {
  it.each([false, true])("without rounding is layer, then batch norm, in training (stable: %s)", (stable) => {
    const made = parts(layer, norm);
    const float = { layer: made.layer.clone(), bn: made.bn.clone() };
    const trained = new QatBnLayer(made, qconfig);
    trained.stable = stable;
    trained.apply(disableFakeQuant);
    const a = randn(shape).requiresGrad_();
    const b = a.detach().clone().requiresGrad_();
    const [y, expected] = [trained(a), float.bn(float.layer(b))];
    near(y, expected, "y");
    const gradient = randn(y.shape);
    backward(y, gradient);
    backward(expected, gradient);
    near(a.grad, b.grad, "dx");
    near(trained.weight.grad, float.layer.weight.grad, "d_weight");
    near(trained.bn.weight!.grad, float.bn.weight!.grad, "d_gamma");
    near(trained.bn.bias!.grad, float.bn.bias!.grad, "d_beta");
    near(trained.bn.runningVar, float.bn.runningVar, "running variance");
  });

  it.each([false, true])("in evaluation is the layer with rounded, folded weights (stable: %s)", (stable) => {
    const made = parts(layer, norm);
    const trained = new QatBnLayer(made, qconfig).eval();
    trained.stable = stable;
    const x = randn(shape);
    const y = trained(x);
    const [float, bn] = [made.layer.clone().eval(), made.bn.clone().eval()];
    const folded =
      float instanceof Linear ? fuseLinearBn(float, bn as BatchNorm1d) : fuseConvBn(float as Conv2d, bn);
    const expected = folded.weightedForward(x, trained.weightFakeQuant.quantize(folded.weight), folded.bias);
    // A weight on a rounding tie may move by one step.
    const step = Math.max(...trained.weightFakeQuant.scale) * Math.max(...x.data.map(Math.abs));
    y.data.forEach((value, i) =>
      expect(Math.abs(value - expected.data[i])).toBeLessThanOrEqual(step * 1.01 + 1e-4),
    );
  });

  it.each(watchers)(
    "scales, rounds and scales back its weight in one operation with the bits of three (%s)",
    (_, weight) => {
      const made = parts(layer, norm);
      made.bn.weight!.data[1] = 0;
      const fused = new QatBnLayer(made, QConfig({ activation: qconfig.activation, weight }));
      const unfused = fused.clone();
      // Whoever watches the quantizer gets the operations one by one.
      unfused.weightFakeQuant.registerForwardHook(() => {});
      for (let step = 0; step < 2; step++) {
        const a = randn(shape).requiresGrad_();
        const b = a.detach().clone().requiresGrad_();
        const [y, expected] = [fused(a), unfused(b)];
        const gradient = randn(y.shape);
        backward(y, gradient);
        backward(expected, gradient);
        expect(y.data).toEqual(expected.data);
        expect(a.grad!.data).toEqual(b.grad!.data);
        expect(fused.weight.grad!.data).toEqual(unfused.weight.grad!.data);
        expect(fused.bn.weight!.grad!.data).toEqual(unfused.bn.weight!.grad!.data);
        expect(fused.weightFakeQuant.scale).toEqual(unfused.weightFakeQuant.scale);
      }
    },
  );

  it("alone rounds its weight along its output channels", () => {
    const made = parts(layer, norm);
    const trained = new QatLayer(made, qconfig);
    const x = randn(shape);
    const y = trained(x);
    const rounded = trained.weightFakeQuant.quantize(made.layer.weight);
    expect(y.data).toEqual(made.layer.weightedForward(x, rounded, made.layer.bias).data);
    expect(trained.weightFakeQuant.scale.length).toBe(made.layer.weight.shape[made.layer.channelAxis]);
  });
});
