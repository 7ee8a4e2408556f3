import { BinaryOp, broadcast, channelBlocks, denseStrides, gemmShape, ReduceOp } from "@octavo/spec";
import { closeDifference, goldens, toChannelsLast, toContiguous, valueDifference } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { reference } from "../src/reference.ts";
import { convShapeOf, poolShapeOf } from "./golden-shapes.ts";

const group = goldens("float-ops");
const { kernels } = reference;
const tolerance = 2e-5;
const close = (actual: Float32Array, expected: Float32Array) =>
  expect(closeDifference(actual, expected, tolerance)).toBe(null);

describe.skipIf(group.absent)(group.title, () => {
  const convs = group.select("conv1d/", "conv2d/", "conv3d/");
  it.each(convs.filter(({ args }) => !args.padding_mode || args.padding_mode === "zeros"))(
    "$name",
    (golden) => {
      const [x, weight, y] = ["x", "weight", "y"].map((role) => golden.tensor(role));
      const last = (role: string) => toChannelsLast(golden.floats(role), golden.tensor(role).shape);
      const shape = convShapeOf(golden, x.shape, y.shape, weight.shape.slice(2));
      const out = new Float32Array(y.data.length);
      kernels.conv(last("x"), last("weight"), golden.has("bias") ? golden.floats("bias") : null, out, shape);
      close(toContiguous(out, y.shape), golden.floats("y"));
      const dx = new Float32Array(x.data.length);
      kernels.convInputGradient(last("dy"), last("weight"), dx, shape);
      close(toContiguous(dx, x.shape), golden.floats("d_x"));
      const dWeight = new Float32Array(weight.data.length);
      kernels.convWeightGradient(last("x"), last("dy"), dWeight, shape);
      close(toContiguous(dWeight, weight.shape), golden.floats("d_weight"));
    },
  );

  const transposed = group.select("conv_transpose1d/", "conv_transpose2d/", "conv_transpose3d/");
  it.each(transposed)("$name", (golden) => {
    const [x, weight, y] = ["x", "weight", "y"].map((role) => golden.tensor(role));
    const last = (role: string) => toChannelsLast(golden.floats(role), golden.tensor(role).shape);
    // torch's (in, out / groups, …) is the weight of the convolution that goes the other way.
    const shape = convShapeOf(golden, y.shape, x.shape, weight.shape.slice(2));
    const out = new Float32Array(y.data.length);
    kernels.convInputGradient(last("x"), last("weight"), out, shape);
    if (golden.has("bias")) {
      const [channels, bias] = [y.shape[1], golden.floats("bias")];
      kernels.channelAffine(
        out,
        new Float32Array(channels).fill(1),
        bias,
        null,
        out,
        out.length / channels,
        channels,
      );
    }
    close(toContiguous(out, y.shape), golden.floats("y"));
    const dx = new Float32Array(x.data.length);
    kernels.conv(last("dy"), last("weight"), null, dx, shape);
    close(toContiguous(dx, x.shape), golden.floats("d_x"));
    const dWeight = new Float32Array(weight.data.length);
    kernels.convWeightGradient(last("dy"), last("x"), dWeight, shape);
    close(toContiguous(dWeight, weight.shape), golden.floats("d_weight"));
  });

  it.each(group.select("linear/"))("$name", (golden) => {
    const weight = golden.tensor("weight");
    const [n, k] = weight.shape;
    const m = golden.tensor("x").data.length / k;
    const plain = {
      batch: 1,
      transposeA: false,
      transposeB: false,
      strideA: 0,
      strideB: 0,
      strideC: 0,
      accumulate: false,
    };
    const y = new Float32Array(m * n);
    const bias = golden.has("bias") ? golden.floats("bias") : null;
    kernels.gemm(
      golden.floats("x"),
      golden.floats("weight"),
      bias,
      y,
      gemmShape({ ...plain, m, n, k, transposeB: true }),
    );
    close(y, golden.floats("y"));
    const dx = new Float32Array(m * k);
    kernels.gemm(
      golden.floats("dy"),
      golden.floats("weight"),
      null,
      dx,
      gemmShape({ ...plain, m, n: k, k: n }),
    );
    close(dx, golden.floats("d_x"));
    // In two halves, to go through `accumulate`.
    const dWeight = new Float32Array(n * k);
    const half = Math.floor(m / 2);
    for (const [from, rows] of [
      [0, half],
      [half, m - half],
    ]) {
      const shape = gemmShape({ ...plain, m: n, n: k, k: rows, transposeA: true, accumulate: true });
      kernels.gemm(
        golden.floats("dy").subarray(from * n),
        golden.floats("x").subarray(from * k),
        null,
        dWeight,
        shape,
      );
    }
    close(dWeight, golden.floats("d_weight"));
  });

  it.each(group.select("bmm/"))("$name", (golden) => {
    const [batch, m, k] = golden.tensor("a").shape;
    const n = golden.tensor("b").shape[2];
    const strides = { strideA: m * k, strideB: k * n, strideC: m * n };
    const y = new Float32Array(batch * m * n);
    const shape = gemmShape({
      batch,
      m,
      n,
      k,
      transposeA: false,
      transposeB: false,
      ...strides,
      accumulate: false,
    });
    kernels.gemm(golden.floats("a"), golden.floats("b"), null, y, shape);
    close(y, golden.floats("y"));
  });

  const pools = (kind: string) =>
    [1, 2, 3].flatMap((d) => [
      ...group.select(`${kind}_pool${d}d/`),
      ...group.select(`adaptive_${kind}_pool${d}d/`),
    ]);
  it.each(pools("max"))("$name", (golden) => {
    const [x, y] = [golden.tensor("x"), golden.tensor("y")];
    const shape = poolShapeOf(golden, x.shape, y.shape);
    const out = new Float32Array(y.data.length);
    const indices = new Int32Array(y.data.length);
    kernels.maxPool(toChannelsLast(golden.floats("x"), x.shape), out, indices, shape);
    expect(valueDifference(toContiguous(out, y.shape), golden.floats("y"))).toBe(null);
    expect([...toContiguous(indices, y.shape)]).toEqual(golden.integers("y1"));
    const dx = new Float32Array(x.data.length);
    kernels.maxPoolGradient(toChannelsLast(golden.floats("dy"), y.shape), indices, dx, shape);
    close(toContiguous(dx, x.shape), golden.floats("d_x"));
  });

  it.each(pools("avg"))("$name", (golden) => {
    const [x, y] = [golden.tensor("x"), golden.tensor("y")];
    const shape = poolShapeOf(golden, x.shape, y.shape);
    const out = new Float32Array(y.data.length);
    kernels.avgPool(toChannelsLast(golden.floats("x"), x.shape), out, shape);
    close(toContiguous(out, y.shape), golden.floats("y"));
    const dx = new Float32Array(x.data.length);
    kernels.avgPoolGradient(toChannelsLast(golden.floats("dy"), y.shape), dx, shape);
    close(toContiguous(dx, x.shape), golden.floats("d_x"));
  });

  it.each(group.select("batch_norm/"))("$name", (golden) => {
    const { shape } = golden.tensor("x0");
    const [channels, rows] = [shape[1], golden.tensor("x0").data.length / shape[1]];
    const training = golden.args.training === true;
    const [x, dy] = ["x0", "dy0"].map((role) => toChannelsLast(golden.floats(role), shape));
    const [mean, variance] = [new Float32Array(channels), new Float32Array(channels)];
    const [min, max] = [new Float32Array(channels), new Float32Array(channels)];
    if (training) kernels.channelMoments(x, mean, variance, min, max, rows, channels);
    else
      for (const [to, role] of [
        [mean, "running_mean"],
        [variance, "running_var"],
      ] as const)
        to.set(golden.floats(role));
    const weight = golden.has("weight") ? golden.floats("weight") : null;
    const invStd = variance.map((v) => 1 / Math.sqrt(v + golden.number("eps")));
    const scale = invStd.map((s, c) => s * (weight?.[c] ?? 1));
    const shift = mean.map((m, c) => (weight ? golden.floats("bias")[c] : 0) - m * scale[c]);
    const y = new Float32Array(x.length);
    kernels.channelAffine(x, scale, shift, null, y, rows, channels);
    close(toContiguous(y, shape), golden.floats("y_0"));
    const [dx, dWeight, dBias] = [y, new Float32Array(channels), new Float32Array(channels)];
    kernels.batchNormGradient(
      x,
      dy,
      mean,
      invStd,
      weight,
      null,
      null,
      dx,
      dWeight,
      dBias,
      rows,
      channels,
      Number(training),
    );
    close(toContiguous(dx, shape), golden.floats("dx_0"));
    if (!weight) return;
    close(dWeight, golden.floats("d_weight_0"));
    close(dBias, golden.floats("d_bias_0"));
  });

  it.each(group.select("softmax/dim-1", "softmax/large", "log_softmax/dim-1", "log_softmax/large"))(
    "$name",
    (golden) => {
      const { shape } = golden.tensor("x");
      const columns = shape[shape.length - 1];
      const [x, y, dx] = [
        golden.floats("x"),
        new Float32Array(golden.floats("x").length),
        new Float32Array(golden.floats("x").length),
      ];
      const [forward, gradient] = golden.name.startsWith("log")
        ? [kernels.logSoftmax, kernels.logSoftmaxGradient]
        : [kernels.softmax, kernels.softmaxGradient];
      forward(x, y, x.length / columns, columns);
      close(y, golden.floats("y"));
      gradient(y, golden.floats("dy"), dx, x.length / columns, columns);
      close(dx, golden.floats("d_x"));
    },
  );

  const binaries = (["add", "sub", "mul", "div", "maximum", "minimum"] as const).flatMap((op) =>
    group
      .select(`${op}/`)
      .filter(({ args }) => Object.keys(args).length === 0)
      .map((golden) => ({ name: golden.name, golden, op })),
  );
  it.each(binaries)("$name", ({ golden, op }) => {
    const y = golden.tensor("y");
    const strides = (role: string) => {
      const { shape } = golden.tensor(role);
      const own = denseStrides(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
      return [...new Array<number>(y.shape.length - shape.length).fill(0), ...own];
    };
    const out = new Float32Array(y.data.length);
    const shape = broadcast({ sizes: y.shape, aStrides: strides("a"), bStrides: strides("b") });
    kernels.binary(BinaryOp[op], golden.floats("a"), golden.floats("b"), out, shape);
    expect(valueDifference(out, golden.floats("y"))).toBe(null);
  });

  const reductions = (
    [
      ["sum/1", "sum"],
      ["mean/1", "mean"],
      ["amax/1", "max"],
      ["amin/1", "min"],
      ["prod/1", "prod"],
    ] as const
  ).flatMap(([prefix, op]) => group.select(prefix).map((golden) => ({ name: golden.name, golden, op })));
  it.each(reductions)("$name", ({ golden, op }) => {
    const [outer, channels, inner] = golden.tensor("x").shape;
    const y = new Float32Array(outer * inner);
    kernels.reduce(ReduceOp[op], golden.floats("x"), y, channelBlocks({ outer, channels, inner }));
    close(y, golden.floats("y"));
  });

  it.each(group.select("argmax/dim1"))("$name", (golden) => {
    const [outer, channels] = golden.tensor("x").shape;
    const indices = new Int32Array(outer);
    kernels.argReduce(golden.floats("x"), indices, 1, channelBlocks({ outer, channels, inner: 1 }));
    expect([...indices]).toEqual(golden.integers("y"));
  });
});
