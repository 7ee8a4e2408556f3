import { expect, it } from "vitest";
import { ShapeError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { backward, div, fakeQuantize, mul, randn, scaledFakeQuantize, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

const perTensor = { qscheme: "perTensorSymmetric", axis: null, zeroPoint: Int32Array.of(0) } as const;
const narrow: QParams = {
  ...perTensor,
  dtype: "qint8",
  scale: Float32Array.of(0.02),
  quantMin: -8,
  quantMax: 7,
};
const scale = Float32Array.of(1e-9);
const wide: QParams = { ...perTensor, dtype: "qint32", scale, quantMin: -(2 ** 31), quantMax: 2 ** 31 - 1 };

it.each<[string, number[], QParams]>([
  ["one pass", [4, 1, 1, 1], narrow],
  ["a factor along two axes", [4, 6, 1, 1], narrow],
  ["a factor with fewer axes", [3], narrow],
  ["integers that float32 cannot hold", [4, 1, 1, 1], wide],
])(
  "scaledFakeQuantize has the bits of three operations, and so have its gradients: %s",
  (_, shape, qparams) => {
    const weight = toMemoryFormat(randn([4, 6, 3, 3]), "channelsLast");
    const factor = randn(shape);
    const inputs = () => [weight, factor].map((x) => x.detach().clone().requiresGrad_()) as [Tensor, Tensor];
    const [[a, f], [b, g]] = [inputs(), inputs()];
    const { scale, zeroPoint } = qparams;
    const y = scaledFakeQuantize(a, f, qparams);
    const expected = div(fakeQuantize(mul(b, g), scale, zeroPoint as Int32Array, qparams), g);
    expect(y.data).toEqual(expected.data);
    const gradient = toMemoryFormat(randn(y.shape), "channelsLast");
    backward(y, gradient);
    backward(expected, gradient);
    expect(a.grad!.data).toEqual(b.grad!.data);
    expect(f.grad!.data).toEqual(g.grad!.data);
  },
);

it("a factor that does not fit is an error, and one that makes x longer does", () => {
  const x = randn([4, 6]);
  expect(() => scaledFakeQuantize(x, randn([5, 1]), narrow)).toThrow(ShapeError);
  expect(scaledFakeQuantize(randn([1, 6]), randn([4, 1]), narrow).shape).toEqual([4, 6]);
});

it("one scale for an axis of several indices is an error", () => {
  const qparams: QParams = { ...narrow, qscheme: "perChannelSymmetric", axis: 0 };
  expect(() => scaledFakeQuantize(randn([4, 6]), randn([4, 1]), qparams)).toThrow(ShapeError);
});
