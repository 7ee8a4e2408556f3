import { crossEntropy, nllLoss, ones, tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";

const ignored = () => tensor([-100, -100], { dtype: "int64" });
const logits = () => ones([2, 3], { requiresGrad: true });

/** The loss, and the gradient of x. */
function results(loss: typeof crossEntropy, options: Parameters<typeof crossEntropy>[2], target = ignored()) {
  const x = logits();
  const y = loss(x, target, options);
  y.sum().backward();
  return [[...y.data], [...x.grad!.data]];
}

const zeros = [0, 0, 0, 0, 0, 0];

/** As torch 2.15. */
describe.each([
  ["crossEntropy", crossEntropy],
  ["nllLoss", nllLoss],
])("%s of ignored targets alone", (_, loss) => {
  it("has the mean NaN, with a gradient of 0", () => {
    expect(results(loss, {})).toEqual([[NaN], zeros]);
    expect(results(loss, { weight: tensor([1, 2, 3]) })).toEqual([[NaN], zeros]);
  });

  it("has the sum 0", () => {
    expect(results(loss, { reduction: "sum" })).toEqual([[0], zeros]);
    expect(results(loss, { reduction: "none" })).toEqual([[0, 0], zeros]);
  });
});

describe("the mean of cross entropies", () => {
  it("is NaN with smoothing too", () => {
    expect(results(crossEntropy, { labelSmoothing: 0.1 })).toEqual([[NaN], zeros]);
  });

  it("is NaN where all weights are 0, with NaN gradients in rows that count", () => {
    const target = tensor([0, -100], { dtype: "int64" });
    const weight = tensor([0, 1, 1]);
    expect(results(crossEntropy, { weight }, target)).toEqual([[NaN], [NaN, NaN, NaN, 0, 0, 0]]);
  });

  it("leaves ignored targets out", () => {
    const target = tensor([1, -100], { dtype: "int64" });
    const [[mean], gradient] = results(crossEntropy, {}, target);
    expect(mean).toBeCloseTo(Math.log(3));
    expect(gradient.slice(3).map(Math.abs)).toEqual([0, 0, 0]);
  });
});
