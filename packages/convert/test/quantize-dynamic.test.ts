import * as nn from "@octavo/nn";
import { getDefaultQConfig } from "@octavo/qat";
import { noGrad, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { DynamicQuantizedLinear, quantizeDynamic } from "../src/index.ts";

const net = () => new nn.Sequential(new nn.Linear(20, 30), new nn.ReLU(), new nn.Linear(30, 5));
const largest = (x: Tensor) => (x.toArray() as Float32Array).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

describe("quantizeDynamic", () => {
  it("stays close to the float model, whose copy it is", () => {
    const float = net();
    const dynamic = quantizeDynamic(float);
    expect(float.getSubmodule("0")).toBeInstanceOf(nn.Linear);
    expect(dynamic.getSubmodule("0")).toBeInstanceOf(DynamicQuantizedLinear);
    expect(`${dynamic.getSubmodule("2")}`).toBe(
      "DynamicQuantizedLinear(in_features=30, out_features=5, dtype=torch.qint8, qscheme=torch.per_channel_affine)",
    );
    const x = randn([7, 3, 20]);
    const [want, got] = noGrad(() => [float(x), dynamic(x)]);
    expect(got.shape).toEqual([7, 3, 5]);
    expect(largest(got.sub(want))).toBeLessThan(0.03 * largest(want));
    expect(largest(got.sub(want))).toBeGreaterThan(0);
  });

  it("keeps layers with a null qconfig, and takes other weights", () => {
    const float = net();
    float.getSubmodule("0").qconfig = null;
    const dynamic = quantizeDynamic(float, { qconfig: getDefaultQConfig("qnnpack"), inplace: true });
    expect(dynamic).toBe(float);
    expect(dynamic.getSubmodule("0")).toBeInstanceOf(nn.Linear);
    expect((dynamic.getSubmodule("2") as DynamicQuantizedLinear).weight.qparams!.axis).toBe(null);
  });

  it("loads the state of another", () => {
    const [one, other] = [quantizeDynamic(net()), quantizeDynamic(net())];
    const x = randn([4, 20]);
    other.loadStateDict(one.stateDict());
    expect([...noGrad(() => other(x)).toArray()]).toEqual([...noGrad(() => one(x)).toArray()]);
  });

  it("needs a linear layer", () => {
    expect(() => quantizeDynamic(new nn.Sequential(new nn.ReLU()))).toThrow(
      "quantizeDynamic of Sequential: expected a model with linear or recurrent layers, got one without.",
    );
  });
});
