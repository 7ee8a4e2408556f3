import { disableObserver } from "@octavo/fake-quant";
import { fuseModulesQat } from "@octavo/fusion";
import * as nn from "@octavo/nn";
import { getDefaultQatQConfig, prepareQat, QuantWrapper } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { noGrad, randn } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { convert, lower, ViaFloat } from "../src/index.ts";
import type { Quantize, QuantizedLayer } from "../src/index.ts";

/** Modules, what of them is fused, the input's shape, and what the first becomes. */
const cases: [string, nn.Module[], number[], string][] = [
  [
    "ConvBnReLU1d",
    [new nn.Conv1d(3, 5, 3), new nn.BatchNorm1d(5), new nn.ReLU()],
    [4, 3, 9],
    "QuantizedConvReLU1d",
  ],
  [
    "ConvBnReLU6",
    [new nn.Conv2d(3, 5, 3), new nn.BatchNorm2d(5), new nn.ReLU6()],
    [4, 3, 7, 8],
    "QuantizedConv2dReLU6",
  ],
  [
    "ConvBnReLU3d",
    [new nn.Conv3d(2, 3, 2), new nn.BatchNorm3d(3), new nn.ReLU()],
    [2, 2, 4, 5, 3],
    "QuantizedConvReLU3d",
  ],
  [
    "grouped Conv2d",
    [new nn.Conv2d(4, 6, 3, { groups: 2, dilation: 2, padding: [2, 1] })],
    [2, 4, 8, 8],
    "QuantizedConv2d",
  ],
  [
    "grouped ConvTransposeBn2d",
    [new nn.ConvTranspose2d(4, 6, 3, { stride: 2, groups: 2, outputPadding: 1 }), new nn.BatchNorm2d(6)],
    [3, 4, 5, 4],
    "QuantizedConvTranspose2d",
  ],
  [
    "LinearBnReLU",
    [new nn.Linear(7, 6), new nn.BatchNorm1d(6), new nn.ReLU()],
    [8, 7],
    "QuantizedLinearReLU",
  ],
  ["Linear over rows", [new nn.Linear(7, 6, { bias: false })], [3, 4, 7], "QuantizedLinear"],
];

describe("integers of trained and converted layers are the simulation's, up to ties", () => {
  it.each(cases)("%s", async (_, modules, shape, typeName) => {
    const names = modules.map((_, i) => String(i));
    const float = new nn.Sequential(...modules).train();
    const fused = modules.length > 1 ? fuseModulesQat(float, [names]) : float;
    const prepared = prepareQat(new QuantWrapper(fused), { qconfig: getDefaultQatQConfig() });
    for (let i = 0; i < 3; i++) noGrad(() => prepared(randn(shape).mul(2)));
    prepared.eval().apply(disableObserver);

    const x = randn(shape).mul(2);
    const simulated = noGrad(() => prepared(x)).toArray() as Float32Array;
    const converted = convert(prepared);
    const layer = converted.getSubmodule("module.0") as QuantizedLayer;
    expect(layer.typeName()).toBe(typeName);
    const result = noGrad(() => converted(x)).toArray() as Float32Array;
    const steps = result.map((v, i) => Math.abs(v - simulated[i]) / layer.scale).map(Math.round);
    expect(Math.max(...steps)).toBeLessThanOrEqual(1);
    expect(steps.filter((step) => step > 0).length).toBeLessThanOrEqual(0.02 * steps.length);
    expect(new Set(result).size).toBeGreaterThan(5);

    using session = await load(lower(converted, x));
    expect(session.run({ data: x.toArray() as Float32Array, shape }).data).toEqual(result);
  });
});

describe("operations that keep their input's qparams", () => {
  it.each<[string, nn.Module, number]>([
    ["MaxPool2d", new nn.MaxPool2d(2), 0],
    ["nearest Upsample", new nn.Upsample({ scaleFactor: 2 }), 0],
    ["AvgPool2d", new nn.AvgPool2d(3), 0.5],
    ["AdaptiveAvgPool2d", new nn.AdaptiveAvgPool2d(1), 0.5],
    ["bilinear Upsample", new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }), 0.5],
  ])("%s gives what was simulated, within a rounding of averages", (_, module, most) => {
    const model = new QuantWrapper(new nn.Sequential(module)).train();
    const prepared = prepareQat(model, { qconfig: getDefaultQatQConfig() });
    const x = randn([2, 3, 9, 9]);
    prepared(x);
    prepared.eval().apply(disableObserver);
    const simulated = prepared(x).toArray() as Float32Array;
    const converted = convert(prepared);
    const { scale } = converted.quant as unknown as Quantize;
    const result = converted(x).toArray() as Float32Array;
    const steps = result.map((value, i) => Math.abs(value - simulated[i]) / scale);
    expect(Math.max(...steps)).toBeLessThanOrEqual(most * (1 + 1e-4));
    if (most > 0) expect(Math.max(...steps)).toBeGreaterThan(0.2);
  });
});

it("a trained layer that pads by reflection runs in float, with its integers' weights, and observes nothing", () => {
  const float = new nn.Sequential(new nn.Conv2d(3, 4, 3, { padding: 1, paddingMode: "reflect" })).train();
  const prepared = prepareQat(new QuantWrapper(float), { qconfig: getDefaultQatQConfig() });
  const x = randn([2, 3, 6, 6]);
  noGrad(() => prepared(x));
  prepared.eval().apply(disableObserver);
  const simulated = noGrad(() => prepared(x)).toArray();
  const converted = convert(prepared);
  expect(converted.getSubmodule("module.0")).toBeInstanceOf(ViaFloat);
  const first = noGrad(() => converted(x)).toArray();
  expect(first).toEqual(simulated);
  expect(noGrad(() => converted(x)).toArray()).toEqual(first);
});
