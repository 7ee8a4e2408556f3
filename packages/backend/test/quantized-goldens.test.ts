import { channelBlocksOf, dtypes, quantRanges } from "@octavo/spec";
import type { ConvShape, Q8, QInt, QuantizedDType } from "@octavo/spec";
import { bitDifference, goldens, toChannelsLast, toContiguous, valueDifference } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { reference } from "../src/reference.ts";
import { convShapeOf, poolShapeOf } from "./golden-shapes.ts";

const { kernels } = reference;
const { fround } = Math;
const same = (actual: ArrayLike<number>, expected: ArrayLike<number>) =>
  expect(bitDifference(actual, expected)).toBe(null);
const bytes = (golden: GoldenCase, role: string) => golden.tensor(role).data as Q8;

const quantize = goldens("quantize");
describe.skipIf(quantize.absent)(quantize.title, () => {
  // What torch makes of NaN and infinities depends on the machine; the laws say what ours gives.
  const tensors = quantize.select("per-tensor/").filter(({ name }) => !/invalid|nonfinite/.test(name));
  it.each([...tensors, ...quantize.select("per-channel/")])("$name", (golden) => {
    const { shape } = golden.tensor("x");
    const dtype = golden.args.dtype as QuantizedDType;
    const perChannel = "axis" in golden.args;
    const scale = perChannel ? golden.floats("scale") : Float32Array.of(golden.number("scale"));
    const zeroPoint = Int32Array.from(
      perChannel ? golden.integers("zero_point") : [golden.number("zero_point")],
    );
    const blocks = channelBlocksOf(shape, perChannel ? golden.number("axis") : null);
    const q: QInt = new dtypes[dtype].array(golden.floats("x").length);
    kernels.quantize(golden.floats("x"), scale, zeroPoint, q, blocks, ...quantRanges[dtype]);
    // torch's conversion to int32 wraps around near ±3e38; ours clamps, as the note of these cases says.
    const wraps = golden.floats("x").map((v) => Number(Math.abs(v * fround(1 / scale[0])) >= 2 ** 31));
    const expected = golden.integers("q").map((value, i) => (wraps[i] && !perChannel ? q[i] : value));
    same(q, expected);
    const x = new Float32Array(q.length);
    kernels.dequantize(Object.assign(q.slice(), golden.integers("q")) as QInt, scale, zeroPoint, x, blocks);
    same(x, golden.floats("y"));
  });

  it.each(quantize.select("dequantize/"))("$name", (golden) => {
    const q = bytes(golden, "q");
    const x = new Float32Array(q.length);
    const [scale, zeroPoint] = [
      Float32Array.of(golden.number("scale")),
      Int32Array.of(golden.number("zero_point")),
    ];
    kernels.dequantize(q, scale, zeroPoint, x, channelBlocksOf([q.length], null));
    same(x, golden.floats("y"));
  });
});

const fake = goldens("fake-quant");
describe.skipIf(fake.absent)(fake.title, () => {
  const tensors = fake.select("functional/per-tensor/");
  const channels = fake
    .select("functional/per-channel/")
    .filter((golden) => golden.tensor("zero_point").dtype === "int32");
  it.each([...tensors, ...channels])("$name", (golden) => {
    const perChannel = "axis" in golden.args;
    const scale = perChannel ? golden.floats("scale") : Float32Array.of(golden.number("scale"));
    const zeroPoint = Int32Array.from(
      perChannel ? golden.integers("zero_point") : [golden.number("zero_point")],
    );
    const blocks = channelBlocksOf(golden.tensor("x").shape, perChannel ? golden.number("axis") : null);
    const range = [golden.number("quant_min"), golden.number("quant_max")] as const;
    const x = golden.floats("x");
    const [y, dx] = [new Float32Array(x.length), new Float32Array(x.length)];
    kernels.fakeQuantize(x, scale, zeroPoint, y, blocks, ...range);
    same(y, golden.floats("y"));
    kernels.fakeQuantizeGradient(x, golden.floats("dy"), scale, zeroPoint, dx, blocks, ...range);
    expect(valueDifference(dx, golden.floats("dx"))).toBe(null); // torch multiplies by the mask: −0 for negative dy
  });
});

const operators = goldens("quantized-ops");
describe.skipIf(operators.absent)(operators.title, () => {
  /** Weights without zero points, for quint8 inputs. */
  function packConv(weight: Q8, shape: ConvShape, xZeroPoint: number): Uint8Array {
    const facts = [shape, xZeroPoint, 0, 255] as const;
    const weightZeroPoint = new Int32Array(shape.outChannels);
    const packed = new Uint8Array(kernels.quantizedConvPackedBytes(weight, weightZeroPoint, ...facts));
    kernels.quantizedConvPack(weight, weightZeroPoint, packed, ...facts);
    return packed;
  }

  /** docs/numerics.md, requantize: bias and multiplier of `channels` output channels. */
  function epilogue(golden: GoldenCase, channels: number) {
    const weightScale = golden.has("w_axis")
      ? golden.floats("w_scale")
      : new Float32Array(channels).fill(golden.number("w_scale"));
    const inputScale = fround(golden.number("x_scale"));
    const product = weightScale.map((scale) => inputScale * scale);
    const bias = product.map((scale, c) => (golden.has("bias") ? golden.floats("bias")[c] / scale : 0));
    const multiplier = product.map((scale) => scale / fround(golden.number("y_scale")));
    const zeroPoint = golden.number("y_zero_point");
    return { bias, multiplier, zeroPoint, low: golden.args.relu ? zeroPoint : 0 };
  }

  const convs = operators.select("linear/", "conv1d/", "conv2d/", "conv3d/");
  it.each(convs)("$name", (golden) => {
    const [x, w, y] = ["x", "w", "y_rule"].map((role) => golden.tensor(role));
    const isLinear = golden.name.startsWith("linear/");
    const rows = x.data.length / w.shape[1];
    const [inShape, outShape] = isLinear
      ? [
          [rows, w.shape[1]],
          [rows, w.shape[0]],
        ]
      : [x.shape, y.shape];
    const shape = convShapeOf(golden, inShape, outShape, w.shape.slice(2));
    const { bias, multiplier, zeroPoint, low } = epilogue(golden, shape.outChannels);
    const packed = packConv(
      toChannelsLast(bytes(golden, "w"), w.shape),
      shape,
      golden.number("x_zero_point"),
    );
    const out = new Uint8Array(y.data.length);
    const input = toChannelsLast(bytes(golden, "x"), inShape);
    kernels.quantizedConv(
      input,
      packed,
      bias,
      multiplier,
      out,
      shape,
      golden.number("x_zero_point"),
      zeroPoint,
      low,
      255,
    );
    same(toContiguous(out, outShape), bytes(golden, "y_rule"));
    // fbgemm's own numbers, where it does not saturate: exact with per-channel weights.
    if (golden.has("w_axis") && !golden.args.saturates)
      same(toContiguous(out, outShape), bytes(golden, "y_fbgemm"));
  });

  it.each(["1d", "2d", "3d"].flatMap((rank) => operators.select(`conv_transpose${rank}/`)))(
    "$name",
    (golden) => {
      const [x, w, y] = ["x", "w", "y_rule"].map((role) => golden.tensor(role));
      const shape = convShapeOf(golden, y.shape, x.shape, w.shape.slice(2));
      const { bias, multiplier, zeroPoint, low } = epilogue(golden, shape.inChannels);
      const out = new Uint8Array(y.data.length);
      kernels.quantizedConvTranspose(
        toChannelsLast(bytes(golden, "x"), x.shape),
        toChannelsLast(bytes(golden, "w"), w.shape),
        new Int32Array(shape.inChannels),
        bias,
        multiplier,
        out,
        shape,
        golden.number("x_zero_point"),
        zeroPoint,
        low,
        255,
      );
      same(toContiguous(out, y.shape), bytes(golden, "y_rule"));
    },
  );

  // qnnpack adds an int32 bias to the accumulator; its goldens are without |b / s| ≥ 2^31 only in per-tensor cases.
  it.each(operators.select("linear/").filter((golden) => golden.has("y_qnnpack") && !golden.has("w_axis")))(
    "$name, as qnnpack",
    (golden) => {
      const [k, n] = [golden.tensor("w").shape[1], golden.tensor("w").shape[0]];
      const rows = golden.tensor("x").data.length / k;
      const shape = convShapeOf(golden, [rows, k], [rows, n], []);
      const step = fround(fround(golden.number("x_scale")) * fround(golden.number("w_scale")));
      const floatBias = golden.has("bias") ? golden.floats("bias") : new Float32Array(n);
      const bias = new Int32Array(n);
      kernels.quantize(
        floatBias,
        Float32Array.of(step),
        Int32Array.of(0),
        bias,
        channelBlocksOf([n], null),
        ...quantRanges.qint32,
      );
      const multiplier = new Float32Array(n).fill(
        fround(step * fround(1 / fround(golden.number("y_scale")))),
      );
      const packed = packConv(bytes(golden, "w"), shape, golden.number("x_zero_point"));
      const out = new Uint8Array(rows * n);
      const zeroPoint = golden.number("y_zero_point");
      const low = golden.args.relu ? zeroPoint : 0;
      kernels.quantizedConv(
        bytes(golden, "x"),
        packed,
        bias,
        multiplier,
        out,
        shape,
        golden.number("x_zero_point"),
        zeroPoint,
        low,
        255,
      );
      same(out, bytes(golden, "y_qnnpack"));
    },
  );

  const binaries = (["add", "mul"] as const).flatMap((op) =>
    [...operators.select(`${op}/`), ...operators.select(`${op}_relu/`)].map((golden) => ({
      name: golden.name,
      golden,
      op,
    })),
  );
  it.each(binaries)("$name", ({ golden, op }) => {
    const out = new Uint8Array(golden.tensor("y_rule").data.length);
    const zeroPoint = golden.number("y_zero_point");
    const low = golden.name.includes("relu") ? zeroPoint : 0;
    const kernel = { add: kernels.quantizedAdd, mul: kernels.quantizedMul }[op];
    kernel(
      bytes(golden, "x"),
      golden.number("x_scale"),
      golden.number("x_zero_point"),
      bytes(golden, "x2"),
      golden.number("x2_scale"),
      golden.number("x2_zero_point"),
      out,
      golden.number("y_scale"),
      zeroPoint,
      low,
      255,
    );
    same(out, bytes(golden, "y_rule"));
  });

  const pools = operators.select(
    "avg_pool1d/",
    "avg_pool2d/",
    "adaptive_avg_pool2d/",
    "adaptive_avg_pool3d/",
  );
  it.each(pools)("$name", (golden) => {
    const [x, y] = [golden.tensor("x"), golden.tensor("y_rule")];
    const out = new Uint8Array(y.data.length);
    const shape = poolShapeOf(golden, x.shape, y.shape);
    kernels.quantizedAvgPool(
      toChannelsLast(bytes(golden, "x"), x.shape),
      out,
      golden.number("x_zero_point"),
      0,
      255,
      shape,
    );
    same(toContiguous(out, y.shape), bytes(golden, "y_rule"));
  });

  it.each(operators.select("max_pool1d/", "max_pool2d/", "max_pool3d/"))("$name", (golden) => {
    const [x, y] = [golden.tensor("x"), golden.tensor("y_rule")];
    const out = new Uint8Array(y.data.length);
    kernels.maxPool(
      toChannelsLast(bytes(golden, "x"), x.shape),
      out,
      null,
      poolShapeOf(golden, x.shape, y.shape),
    );
    same(toContiguous(out, y.shape), bytes(golden, "y_rule"));
  });
});
