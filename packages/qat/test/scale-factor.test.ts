import { add, backward, div, rand, randn, sqrt, tensor } from "@octavo/tensor";
import { expect, it } from "vitest";
import { scaleFactor } from "../src/modules/scale-factor.ts";

it("has the bits of γ / √(variance + eps), forward and backward", () => {
  const [a, variance, gradient] = [randn([300]).requiresGrad_(), rand([300]), randn([300])];
  const b = a.detach().clone().requiresGrad_();
  const [factor, expected] = [scaleFactor(a, variance, 1e-5), div(b, sqrt(add(variance, 1e-5)))];
  expect(factor.data).toEqual(expected.data);
  variance.data.fill(9);
  backward(factor, gradient);
  backward(expected, gradient);
  expect(a.grad!.data).toEqual(b.grad!.data);
});

it("is 1, without a gradient, where nothing could be divided by γ / σ", () => {
  const gamma = tensor([0, -0, 1e-40, -2, NaN]).requiresGrad_();
  const factor = scaleFactor(gamma, tensor([1, 1, 1, 3, 1]), 1);
  expect([...factor.data]).toEqual([1, 1, 1, -1, NaN]);
  backward(factor, tensor([5, 5, 5, 5, 5]));
  expect([...gamma.grad!.data]).toEqual([0, 0, 0, 2.5, Math.fround(5 / Math.fround(Math.SQRT2))]);
});
