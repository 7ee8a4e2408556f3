import { describe, expect, it } from "vitest";
import * as ops from "@octavo/tensor";
import { backward, Generator, noGrad, randn, sum, tensor, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { MemoryFormat } from "@octavo/spec";

type Operation = (...inputs: Tensor[]) => Tensor;

/** Smooth operations and the shapes of their inputs; golden tests compare values, these hold for any. */
const operations: readonly (readonly [
  name: string,
  shapes: readonly (readonly number[])[],
  run: Operation,
])[] = [
  [
    "add, broadcast",
    [
      [2, 3, 4, 2],
      [3, 1, 1],
    ],
    (a, b) => ops.add(a, b),
  ],
  [
    "mul, broadcast both ways",
    [
      [3, 1, 2],
      [2, 3, 4, 1],
    ],
    (a, b) => ops.mul(a, b),
  ],
  [
    "div",
    [
      [2, 3, 2, 2],
      [1, 3, 1, 1],
    ],
    (a, b) => ops.div(a, ops.exp(b)),
  ],
  ["pow", [[3, 4], [4]], (a, b) => ops.pow(ops.exp(a), b)],
  [
    "conv2d",
    [[2, 4, 5, 4], [6, 2, 3, 2], [6]],
    (x, w, b) => ops.conv2d(x, w, b, { stride: [2, 1], padding: 1, groups: 2 }),
  ],
  [
    "convTranspose2d",
    [[2, 4, 3, 2], [4, 3, 3, 2], [6]],
    (x, w, b) => ops.convTranspose2d(x, w, b, { stride: 2, groups: 2 }),
  ],
  ["linear", [[2, 3, 4], [5, 4], [5]], ops.linear],
  [
    "matmul",
    [
      [2, 1, 3, 4],
      [2, 4, 2],
    ],
    ops.matmul,
  ],
  ["matmul of vectors", [[4], [4]], ops.matmul],
  [
    "batchNorm",
    [[3, 4, 2, 3], [4], [4]],
    (x, weight, bias) => ops.batchNorm(x, null, null, { weight, bias, training: true }),
  ],
  ["softmax over channels", [[2, 4, 3, 2]], (x) => ops.softmax(x, { dim: 1 })],
  ["softmax over rows", [[2, 4, 3, 2]], (x) => ops.softmax(x, { dim: 2 })],
  ["logSoftmax", [[2, 4, 3]], (x) => ops.logSoftmax(x, { dim: 1 })],
  ["avgPool2d", [[1, 3, 5, 4]], (x) => ops.avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true })],
  ["adaptiveAvgPool2d", [[2, 3, 5, 4]], (x) => ops.adaptiveAvgPool2d(x, [2, 3])],
  ["mean over axes", [[2, 3, 4, 2]], (x) => ops.mean(x, { dim: [0, 2] })],
  ["sum over the batch", [[2, 3, 4, 2]], (x) => ops.sum(x, { dim: 0 })],
  ["variance", [[2, 3, 4, 2]], (x) => ops.variance(x, { dim: [0, 2, 3] })],
  ["prod", [[2, 3, 2, 2]], (x) => ops.prod(x, { dim: [1, 3] })],
  ["logsumexp", [[2, 3, 2, 2]], (x) => ops.logsumexp(x, { dim: 1 })],
  ["permute, flatten", [[2, 3, 4, 2]], (x) => ops.flatten(x.permute([0, 2, 3, 1]), { startDim: 1 })],
  ["interpolate, bilinear", [[2, 3, 4, 3]], (x) => ops.interpolate(x, { size: [7, 2], mode: "bilinear" })],
  [
    "interpolate, trilinear",
    [[1, 2, 3, 2, 3]],
    (x) => ops.interpolate(x, { scaleFactor: 1.7, mode: "trilinear", alignCorners: true }),
  ],
  ["interpolate, nearest", [[2, 3, 4, 3]], (x) => ops.interpolate(x, { scaleFactor: [1.5, 2] })],
  ["rowNorm", [[2, 3, 5]], (x) => ops.rowNorm(x)],
  [
    "rowNorm with weight and bias",
    [[2, 3, 5], [5], [5]],
    (x, weight, bias) => ops.rowNorm(x, { weight, bias }),
  ],
  [
    "parts that overlap",
    [[6, 3, 2, 2]],
    (x) => ops.add(ops.mul(x.narrow(0, 0, 4), x.narrow(0, 2, 4)), x.slice(0, 1, 5)),
  ],
  [
    "layerNorm",
    [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ],
    (x, weight, bias) => ops.layerNorm(x, [3, 4], { weight, bias }),
  ],
  ["groupNorm", [[2, 4, 3, 2], [4], [4]], (x, weight, bias) => ops.groupNorm(x, 2, { weight, bias })],
  [
    "instanceNorm",
    [[2, 3, 5], [3], [3]],
    (x, weight, bias) => ops.instanceNorm(x, null, null, { weight, bias }),
  ],
  ["prelu", [[2, 3, 4], [3]], (x, weight) => ops.prelu(x, weight)],
  ["channelShuffle", [[2, 6, 3, 2]], (x) => ops.channelShuffle(x, 3)],
  ["pixelShuffle", [[2, 8, 3, 2]], (x) => ops.pixelShuffle(x, 2)],
  ["pixelUnshuffle", [[2, 2, 4, 6]], (x) => ops.pixelUnshuffle(x, 2)],
  ["slice, cat", [[2, 6, 3, 2]], (x) => ops.cat([x.slice(1, 1, 5, 2), x.slice(1, 0, 3)], { dim: 1 })],
  ["pad", [[1, 2, 4, 3]], (x) => ops.pad(x, [1, 2, 2, 1], { mode: "reflect" })],
  ["replicate", [[1, 2, 4, 3]], (x) => ops.pad(x, [2, 1, 0, 3], { mode: "replicate" })],
  ["silu, mish, tanh", [[2, 3, 2, 2]], (x) => ops.silu(ops.mish(ops.tanh(x)))],
  ...(["lstm", "gru", "rnnTanh"] as const).flatMap((kind) => {
    const gates = { lstm: 4, gru: 3, rnnTanh: 1 }[kind];
    const shapes = [[3, 2, 4], [2, 3], [2, 3], [gates * 3, 4], [gates * 3, 3], [gates * 3], [gates * 3]];
    return [false, true].map((reverse) => {
      const run: Operation = (x, h, c, weightIh, weightHh, biasIh, biasHh) => {
        const before = { h, c: kind === "lstm" ? c : null };
        const weights = { weightIh, weightHh, biasIh, biasHh };
        const { output, state } = ops.recurrent(kind, x, before, weights, { reverse });
        // The unused cell state takes part too: every input is to have a gradient.
        return ops.cat([output, ops.stack([state.h, state.c ?? c])], { dim: 0 });
      };
      return [`${kind}${reverse ? ", reverse" : ""}`, shapes, run] as const;
    });
  }),
  [
    "scaledDotProductAttention",
    [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 2],
    ],
    (q, k, v) => ops.scaledDotProductAttention(q, k, v, { isCausal: true }),
  ],
  ["cumsum", [[2, 3, 4, 2]], (x) => ops.cumsum(x, { dim: 2 })],
  [
    "where, broadcast",
    [
      [2, 3, 2, 2],
      [3, 1, 1],
    ],
    (x, y) => ops.where(tensor([1, 0, 0, 1], [2, 2], { dtype: "bool" }), x, y),
  ],
  ["a tensor twice", [[2, 3]], (x) => ops.mul(ops.add(x, x), x)],
];

/** Σ weights · f(inputs), a scalar whose gradient exercises every output. */
function weighted(run: Operation, inputs: readonly Tensor[]): Tensor {
  const y = run(...inputs);
  const weights = randn(y.shape, { generator: new Generator(7) });
  return sum(ops.mul(y, weights));
}

function inputsFor(shapes: readonly (readonly number[])[], format: MemoryFormat): Tensor[] {
  const generator = new Generator(3);
  return shapes.map((shape) => toMemoryFormat(randn(shape, { generator }), format).requiresGrad_());
}

describe.each(["contiguous", "channelsLast"] as const)("gradients are finite differences (%s)", (format) => {
  it.each(operations)("%s", (_, shapes, run) => {
    const inputs = inputsFor(shapes, format);
    backward(weighted(run, inputs));
    const step = 2 ** -6;
    for (const x of inputs) {
      const gradient = x.grad!;
      expect(gradient.memoryFormat).toBe(x.memoryFormat);
      const largest = gradient.data.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
      for (let i = 0; i < x.numel; i += 1 + Math.floor(x.numel / 7)) {
        const at = (delta: number) => {
          const before = x.data[i];
          x.data[i] = before + delta;
          const value = noGrad(() => weighted(run, inputs)).item();
          x.data[i] = before;
          return value;
        };
        // Central difference with one Richardson extrapolation: the error is of fourth order.
        const slope = (h: number) => (at(h) - at(-h)) / (2 * h);
        const expected = (4 * slope(step) - slope(2 * step)) / 3;
        expect(Math.abs(gradient.data[i] - expected) / largest).toBeLessThan(4e-3);
      }
    }
  });
});

describe("memory formats hold the same values", () => {
  it.each(operations)("%s", (_, shapes, run) => {
    const [plain, last] = (["contiguous", "channelsLast"] as const).map((format) => {
      const inputs = inputsFor(shapes, format);
      const y = run(...inputs);
      y.backward(randn(y.shape, { generator: new Generator(9) }));
      return [y, ...inputs.map((x) => x.grad!)].map((x) => Array.from(x.toArray() as Float32Array));
    });
    plain.forEach((values, i) => values.forEach((value, j) => expect(last[i][j]).toBeCloseTo(value, 4)));
  });

  it("toArray and tensor agree on torch's order", () => {
    const x = tensor(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [1, 2, 3, 4],
    );
    const last = toMemoryFormat(x, "channelsLast");
    expect([...last.data.slice(0, 4)]).toEqual([0, 12, 1, 13]);
    expect(last.toArray()).toEqual(x.toArray());
    expect(last.permute([0, 2, 3, 1]).storage).toBe(last.storage);
  });
});
