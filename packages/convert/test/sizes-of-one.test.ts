import { loadKernels } from "@octavo/backend";
import * as nn from "@octavo/nn";
import { getDefaultQConfigMapping, prepareFx } from "@octavo/qat";
import { load } from "@octavo/runtime";
import * as T from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { convertFx, lower } from "../src/index.ts";
import { Call } from "./call.ts";

beforeAll(() => loadKernels());

const seed = process.env.CI ? { seed: 1 } : {};

const apply = (run: (x: Tensor) => Tensor) => () => new Call(run);

/** Parts of networks on images of 3 channels, by name; all leave 3 channels. */
const parts: Readonly<Record<string, () => nn.Module>> = {
  pointwise: () => new nn.Conv2d(3, 3, 1),
  convolution: () => new nn.Conv2d(3, 3, 3, { padding: 1 }),
  narrow: () => new nn.Sequential(new nn.Conv2d(3, 1, 1), new nn.ReLU(), new nn.Conv2d(1, 3, 1)),
  strided: () => new nn.Conv2d(3, 3, 2, { stride: 2, padding: 1 }),
  transposed: () => new nn.ConvTranspose2d(3, 3, 2, { stride: 2 }),
  depthwise: () => new nn.ConvTranspose2d(3, 3, 3, { padding: 1, groups: 3 }),
  batchNorm: () => new nn.BatchNorm2d(3),
  relu: () => new nn.ReLU(),
  hardswish: () => new nn.Hardswish(),
  prelu: () => new nn.PReLU(3),
  maxPool: () => new nn.MaxPool2d(2, { stride: 1, padding: 1 }),
  avgPool: () => new nn.AvgPool2d(2, { stride: 1, padding: 1 }),
  maxOverEdge: () => new nn.MaxPool2d(2, { ceilMode: true }),
  avgOverEdge: () => new nn.AvgPool2d([3, 2], { stride: 3, padding: [1, 0], ceilMode: true }),
  toOne: () => new nn.AdaptiveAvgPool2d(1),
  toThree: () => new nn.AdaptiveAvgPool2d(3),
  adaptiveMax: () => new nn.AdaptiveMaxPool2d([1, 2]),
  nearest: () => new nn.Upsample({ scaleFactor: 2 }),
  bilinear: () => new nn.Upsample({ size: [4, 3], mode: "bilinear" }),
  pad: apply((x) => T.pad(x, [0, 1, 1, 0])),
  shuffle: () => new nn.Sequential(new nn.Conv2d(3, 12, 1), new nn.PixelShuffle(2)),
  channelShuffle: () => new nn.ChannelShuffle(3),
  upright: apply((x) => T.permute(x, [0, 1, 3, 2])),
  half: apply((x) => T.slice(x, 3, 0, 1)),
  twice: apply((x) => T.cat([x, x], { dim: 2 })),
  excited: apply((x) => T.mul(x, T.adaptiveAvgPool2d(x, 1))),
  spread: apply((x) => T.add(T.mean(x, { dim: 2, keepdim: true }), T.mean(x, { dim: 3, keepdim: true }))),
  largest: apply((x) => T.amax(x, { dim: [2, 3], keepdim: true })),
  means: apply((x) => {
    const rows = T.mean(T.amax(x, { dim: 1, keepdim: true }), { dim: [1, 2] });
    return T.mul(x, T.reshape(rows, [-1, 1, 1, x.shape[3]]));
  }),
  columns: apply((x) => T.add(x, T.unsqueeze(T.amax(x, { dim: 3 }), 3))),
  softmax: apply((x) => T.softmax(x, { dim: 1 })),
  alongHeight: apply((x) => T.softmax(x, { dim: 2 })),
  alongWidth: apply((x) => T.logSoftmax(x, { dim: 3 })),
  attention: apply((x) => T.mul(x, T.softmax(T.amax(x, { dim: 1, keepdim: true }), { dim: 3 }))),
  single: apply((x) => T.add(x, T.softmax(T.amax(x, { dim: 1, keepdim: true }), { dim: 1 }))),
  inRows: apply((x) =>
    T.reshape(T.softmax(T.flatten(x, { startDim: 2 }), { dim: 1 }), [-1, ...x.shape.slice(1)]),
  ),
  crossed: apply((x) => T.sub(x, T.mean(x, { dim: [1, 2], keepdim: true }))),
  contrast: apply((x) => T.sub(x, T.mean(x, { dim: 1, keepdim: true }))),
};

const nets = fc.record({
  names: fc.array(fc.constantFrom(...Object.keys(parts)), { minLength: 1, maxLength: 4 }),
  sizes: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  batch: fc.integer({ min: 1, max: 2 }),
});

const made = (names: readonly string[]) => new nn.Sequential(...names.map((name) => parts[name]())).eval();

/** Every part right after a map of 1 × 1, and on it as the input. */
const examples = Object.keys(parts).flatMap((name) =>
  [["toOne", "pointwise", name], [name]].map((names) => [
    { names, sizes: [1, 1] as [number, number], batch: 2 },
  ]),
) as [{ names: string[]; sizes: [number, number]; batch: number }][];

/** The program's results, for batches of this size. */
async function expectSameBits(net: nn.Module<[x: Tensor], Tensor>, x: Tensor): Promise<void> {
  const y = T.noGrad(() => net(x));
  using session = await load(lower(net, x));
  const { data, shape } = session.run({ data: x.toArray() as Float32Array, shape: x.shape });
  expect(shape).toEqual(y.shape);
  expect(data).toEqual(y.toArray());
}

describe("programs give the bits of the modules where maps are as small as 1 × 1", () => {
  const law = (check: (net: nn.Module<[x: Tensor], Tensor>, x: Tensor) => Promise<void>) =>
    fc.assert(
      fc.asyncProperty(nets, ({ names, sizes, batch }) =>
        check(made(names) as nn.Module<[x: Tensor], Tensor>, T.randn([batch, 3, ...sizes])),
      ),
      { numRuns: 100, examples, ...seed },
    );

  it("of floats", () => law(expectSameBits), 60_000);

  it(
    "of integers",
    () =>
      law(async (net, x) => {
        const first = new nn.Sequential(parts.pointwise(), net).eval();
        const prepared = prepareFx(first, getDefaultQConfigMapping(), x);
        T.noGrad(() => prepared(x));
        await expectSameBits(convertFx(prepared) as unknown as nn.Module<[x: Tensor], Tensor>, x);
      }),
    60_000,
  );
});
