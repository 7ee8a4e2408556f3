import * as nn from "@octavo/nn";
import { perChannelDynamicQConfig } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { noGrad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { expect, it } from "vitest";
import { lower, quantizeDynamic } from "../src/index.ts";

/** A NaN that no check of inputs can see. */
class BehindRoot extends nn.Module<[x: Tensor], Tensor> {
  readonly layer: nn.Module<[x: Tensor], Tensor>;

  constructor(layer: nn.Module<[x: Tensor], Tensor>) {
    super();
    this.layer = layer;
  }

  override forward(x: Tensor): Tensor {
    return this.layer(x.sqrt());
  }
}

class OutputsOfLSTM extends nn.Module<[x: Tensor], Tensor> {
  readonly lstm = new nn.LSTM(4, 3, { batchFirst: true });

  override forward(x: Tensor): Tensor {
    return this.lstm(x)[0];
  }
}

const layers: readonly (readonly [
  name: string,
  layer: () => nn.Module<[x: Tensor], Tensor>,
  shape: number[],
])[] = [
  ["a linear layer, few rows", () => new nn.Sequential(new nn.Linear(4, 3)), [2, 4]],
  ["a linear layer, many rows", () => new nn.Sequential(new nn.Linear(4, 3)), [70, 4]],
  ["a convolution", () => new nn.Sequential(new nn.Conv2d(2, 3, 3)), [2, 2, 5, 5]],
  ["an LSTM", () => new OutputsOfLSTM(), [2, 5, 4]],
];

it.each(layers)("%s: a NaN among its inputs makes all results NaN", async (_, layer, shape) => {
  const float = layer();
  float.qconfig = perChannelDynamicQConfig;
  const net = new BehindRoot(quantizeDynamic(float.eval()));
  const x = randn(shape).abs();
  using session = await load(lower(net, x));
  const values = x.toArray() as Float32Array;
  const run = () => [
    ...noGrad(() => net(tensor(values, shape))).toArray(),
    ...(session.run({ data: values, shape }).data as Float32Array),
  ];
  expect(run()).not.toContain(NaN);
  values[values.length - 1] = -1;
  expect(new Set(run())).toEqual(new Set([NaN]));
});
