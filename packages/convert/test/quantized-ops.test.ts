import { fuseModules } from "@octavo/fusion";
import * as nn from "@octavo/nn";
import { load } from "@octavo/runtime";
import type { WeightedLayer } from "@octavo/nn";
import { noGrad, Tensor, tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import {
  DynamicQuantizedLayer,
  lower,
  QFunctional,
  QuantizedChannelFunction,
  QuantizedFunction,
  QuantizedLayer,
  ViaFloat,
} from "../src/index.ts";
import { goldenTensor } from "./golden-flow.ts";

const group = goldens("quantized-ops");

type Float = nn.Module<[x: Tensor], Tensor>;
type Run = (row: GoldenCase) => Tensor;

/** A quint8 tensor of integers with the case's `<role>_scale` and `<role>_zero_point`. */
function quantized(row: GoldenCase, role: string): Tensor {
  const { data, shape } = row.input(role);
  const { scale, zeroPoint, ...range } = qparams(row, role);
  const result = new Tensor({
    shape,
    dtype: "quint8",
    qparams: {
      dtype: "quint8",
      qscheme: "perTensorAffine",
      scale: Float32Array.of(scale),
      zeroPoint: Int32Array.of(zeroPoint),
      axis: null,
      ...range,
    },
  });
  result.raw<Uint8Array>().set(data as Uint8Array);
  return result.keep();
}

function qparams(row: GoldenCase, role: string) {
  const scale = Math.fround(row.number(`${role}_scale`));
  return { scale, zeroPoint: row.number(`${role}_zero_point`), quantMin: 0, quantMax: 255 };
}

const output = (row: GoldenCase) => ["quint8", qparams(row, "y")] as const;

/** Weights are given as integers; the layer quantizes their real values, which gives them back. */
function runLayer(make: (row: GoldenCase, weight: Tensor) => WeightedLayer): Run {
  return (row) => {
    const integers = goldenTensor(row.input("w"));
    const layer = make(row, integers);
    const perChannel = "w_scale" in row.inputs;
    const scale = perChannel ? row.floats("w_scale") : Float32Array.of(row.number("w_scale"));
    const axis = perChannel ? layer.channelAxis : null;
    const channelOf = (i: number) => (perChannel ? Math.floor((i * scale.length) / integers.numel) : 0);
    const values = Array.from(integers.toArray() as Int8Array, (q, i) =>
      Math.fround(q * scale[channelOf(i)]),
    );
    noGrad(() =>
      layer.loadStateDict(new Map([["weight", tensor(values, integers.shape)]]), { strict: false }),
    );
    const quantizedLayer = new QuantizedLayer({
      typeName: `Quantized${layer.typeName()}`,
      layer,
      weight: layer.weight,
      bias: "bias" in row.inputs ? goldenTensor(row.input("bias")) : null,
      weightQParams: {
        dtype: "qint8",
        qscheme: perChannel ? "perChannelSymmetric" : "perTensorSymmetric",
        scale,
        zeroPoint: new Int32Array(scale.length),
        axis,
        quantMin: -128,
        quantMax: 127,
      },
      dtype: "quint8",
      output: qparams(row, "y"),
      clamp: [row.args.relu ? 0 : -Infinity, Infinity],
      torchEngine: null,
    });
    expect([...quantizedLayer.weight.toArray()]).toEqual([...integers.toArray()]);
    return quantizedLayer(quantized(row, "x"));
  };
}

type Sizes = number | number[];
const sizes = (row: GoldenCase, name: string) => row.args[name] as Sizes | undefined;

const geometry = (row: GoldenCase) => ({
  stride: sizes(row, "stride"),
  padding: sizes(row, "padding"),
  dilation: sizes(row, "dilation"),
  groups: row.args.groups as number | undefined,
});

type Convolution = new (inputs: number, outputs: number, kernel: number[], options: object) => WeightedLayer;

const convolution = (type: Convolution) =>
  runLayer((row, { shape: [out, perGroup, ...kernel] }) => {
    const options = geometry(row);
    return new type(perGroup * (options.groups ?? 1), out, kernel, options);
  });

const transposed = (type: Convolution) =>
  runLayer((row, { shape: [inputs, perGroup, ...kernel] }) => {
    const options = { ...geometry(row), outputPadding: sizes(row, "output_padding") };
    return new type(inputs, perGroup * (options.groups ?? 1), kernel, options);
  });

const linear = runLayer((_, { shape: [out, features] }) => new nn.Linear(features, out));

/** A module with output qparams of its own, by table or by way of float. */
const own =
  (
    type: typeof QuantizedFunction | typeof QuantizedChannelFunction | typeof ViaFloat,
    make: (row: GoldenCase) => Float,
  ): Run =>
  (row) =>
    new type(make(row).eval(), ...output(row))(quantized(row, "x"));

/** A float function or module that takes quantized tensors as they are. */
const plain =
  (make: (row: GoldenCase) => (x: Tensor) => Tensor): Run =>
  (row) =>
    make(row)(quantized(row, "x"));

const functional =
  (run: (q: QFunctional, row: GoldenCase) => Tensor, hasOutput = true): Run =>
  (row) =>
    run(new QFunctional(hasOutput ? output(row) : null), row);

/** sigmoid has an output of its own in some cases, torch's fixed one in the others. */
const sigmoid: Run = (row) =>
  ("y_scale" in row.args ? own(QuantizedFunction, () => new nn.Sigmoid()) : plain(() => nn.F.sigmoid))(row);

const windows = (row: GoldenCase) => ({
  stride: sizes(row, "stride"),
  padding: sizes(row, "padding"),
  ceilMode: row.args.ceil_mode as boolean | undefined,
});

type Pool = (x: Tensor, kernel: Sizes, options: object) => Tensor;

const maxPool = (pool: Pool) =>
  plain((row) => {
    const options = { ...windows(row), dilation: sizes(row, "dilation") };
    return (x) => pool(x, sizes(row, "kernel_size")!, options);
  });

const avgPool = (pool: Pool) =>
  plain((row) => {
    const options = {
      ...windows(row),
      countIncludePad: row.args.count_include_pad as boolean | undefined,
      divisorOverride: (row.args.divisor_override ?? undefined) as number | undefined,
    };
    return (x) => pool(x, sizes(row, "kernel_size")!, options);
  });

const adaptive = (pool: (x: Tensor, size: Sizes) => Tensor) =>
  plain((row) => (x) => pool(x, sizes(row, "output_size")!));

const batchNorm = (type: new (channels: number, options: object) => nn.BatchNorm, relu: boolean) =>
  own(QuantizedChannelFunction, (row) => {
    const { length } = row.floats("weight");
    const bn = new type(length, { eps: row.number("eps") });
    const state = ["weight", "bias", "running_mean", "running_var"].map(
      (name) => [name, goldenTensor(row.input(name))] as const,
    );
    bn.loadStateDict(new Map(state), { strict: false });
    return relu ? (fuseModules(new nn.Sequential(bn, new nn.ReLU()).eval(), [["0", "1"]]) as Float) : bn;
  });

/** Normalisation by each example's own statistics: in float between integers. */
const withWeights = (make: (row: GoldenCase) => Float) =>
  own(ViaFloat, (row) => {
    const state = ["weight", "bias"].map((name) => [name, goldenTensor(row.input(name))] as const);
    const norm = make(row);
    norm.loadStateDict(new Map(state), { strict: false });
    return norm;
  });

/** The weights are given as integers of their own. */
const prelu = own(QuantizedChannelFunction, (row) => {
  const integers = "w" in row.inputs ? [...row.input("w").data].map(Number) : [row.number("w")];
  const scale = Math.fround(row.number("w_scale"));
  const weights = integers.map((q) => Math.fround((q - row.number("w_zero_point")) * scale));
  const module = new nn.PReLU(weights.length);
  noGrad(() => module.loadStateDict(new Map([["weight", tensor(weights)]])));
  return module;
});

/** Prefixes of the group, and how they run here. */
const runs: Readonly<Record<string, Run>> = {
  conv1d: convolution(nn.Conv1d as unknown as Convolution),
  conv2d: convolution(nn.Conv2d as unknown as Convolution),
  conv3d: convolution(nn.Conv3d as unknown as Convolution),
  linear,
  conv_transpose1d: transposed(nn.ConvTranspose1d as unknown as Convolution),
  conv_transpose2d: transposed(nn.ConvTranspose2d as unknown as Convolution),
  conv_transpose3d: transposed(nn.ConvTranspose3d as unknown as Convolution),
  add: functional((q, row) => q.add(quantized(row, "x"), quantized(row, "x2"))),
  add_relu: functional((q, row) => q.addRelu(quantized(row, "x"), quantized(row, "x2"))),
  mul: functional((q, row) => q.mul(quantized(row, "x"), quantized(row, "x2"))),
  matmul: functional((q, row) => q.matmul(quantized(row, "x"), quantized(row, "x2"))),
  cat: functional((q, row) => {
    const roles = Object.keys(row.inputs);
    return q.cat(
      roles.map((role) => quantized(row, role)),
      { dim: row.number("dim") },
    );
  }),
  add_scalar: functional((q, row) => q.addScalar(quantized(row, "x"), row.number("value")), false),
  mul_scalar: functional((q, row) => q.mulScalar(quantized(row, "x"), row.number("value")), false),
  hardswish: own(QuantizedFunction, () => new nn.Hardswish()),
  elu: own(QuantizedFunction, (row) => new nn.ELU(row.number("alpha"))),
  celu: own(QuantizedFunction, (row) => new nn.CELU(row.number("alpha"))),
  leaky_relu: own(QuantizedFunction, (row) => new nn.LeakyReLU(row.number("negative_slope"))),
  sigmoid,
  relu: plain(() => nn.F.relu),
  relu6: plain(() => nn.F.relu6),
  clamp: plain((row) => (x) => x.clamp({ min: row.number("min"), max: row.number("max") })),
  hardtanh: plain(() => (x) => nn.F.hardtanh(x)),
  tanh: plain(() => nn.F.tanh),
  hardsigmoid: plain(() => nn.F.hardsigmoid),
  softmax: own(ViaFloat, (row) => new nn.Softmax(row.number("dim"))),
  max_pool1d: maxPool(nn.F.maxPool1d as Pool),
  max_pool2d: maxPool(nn.F.maxPool2d as Pool),
  max_pool3d: maxPool(nn.F.maxPool3d as Pool),
  avg_pool1d: avgPool(nn.F.avgPool1d as Pool),
  avg_pool2d: avgPool(nn.F.avgPool2d as Pool),
  avg_pool3d: avgPool(nn.F.avgPool3d as Pool),
  adaptive_avg_pool2d: adaptive(nn.F.adaptiveAvgPool2d),
  adaptive_avg_pool3d: adaptive(nn.F.adaptiveAvgPool3d),
  interpolate: plain((row) => (x) => {
    const { mode, size, scale_factor: scaleFactor, align_corners: alignCorners } = row.args;
    return nn.F.interpolate(x, { mode, size, scaleFactor, alignCorners } as object);
  }),
  mean: plain(
    (row) => (x) => x.mean({ dim: row.args.dim as number[], keepdim: row.args.keepdim as boolean }),
  ),
  layer_norm: withWeights((row) => {
    const shape = row.args.normalized_shape as number[];
    return new nn.LayerNorm(shape, { eps: row.number("eps") });
  }),
  group_norm: withWeights((row) => {
    const [, channels] = row.input("x").shape;
    return new nn.GroupNorm(row.number("num_groups"), channels, { eps: row.number("eps") });
  }),
  instance_norm: withWeights((row) => {
    const { shape } = row.input("x");
    const type = [nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d][shape.length - 3];
    return new type(shape[1], { eps: row.number("eps"), affine: true });
  }),
  prelu,
  "prelu (one not representable)": prelu,
  batch_norm2d: batchNorm(nn.BatchNorm2d as never, false),
  batch_norm2d_relu: batchNorm(nn.BatchNorm2d as never, true),
  batch_norm3d: batchNorm(nn.BatchNorm3d as never, false),
  batch_norm3d_relu: batchNorm(nn.BatchNorm3d as never, true),
};

/** Elements that differ from `y_rule`, each by 1: means that are ties of integers, where the last bit of the float sum decides. */
const tied: Readonly<Record<string, number>> = { "avg_pool3d/0": 1, "mean/2-3": 1 };

/** Where Octavo's integers are fbgemm's own: `y_rule` rounds ties by the last bit of a float. docs/numerics.md. */
const fbgemmRules = new Set(["interpolate"]);

/** Tested above, in embeddings.test.ts, in dynamic-recurrent.test.ts and in quantize-dynamic.test.ts. */
const tested = /^(dynamic_|embedding\/)/;

const prefixOf = (row: GoldenCase) => row.name.slice(0, row.name.indexOf("/"));

describe.skipIf(group.absent)(`${group.title}, dynamic`, () => {
  it.each(group.select("dynamic_linear/").map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const integers = goldenTensor(row.input("w"));
    const perChannel = "w_scale" in row.inputs;
    const scale = perChannel ? row.floats("w_scale") : Float32Array.of(Math.fround(row.number("w_scale")));
    const [out, features] = integers.shape;
    const linear = new nn.Linear(features, out);
    linear.bias!.data.set(row.floats("bias"));
    const qparams = {
      dtype: "qint8",
      qscheme: perChannel ? "perChannelSymmetric" : "perTensorSymmetric",
      scale,
      zeroPoint: new Int32Array(scale.length),
      axis: perChannel ? 0 : null,
      quantMin: -128,
      quantMax: 127,
    } as const;
    const weight = new Tensor({ shape: integers.shape, dtype: "qint8", qparams });
    weight.raw<Int8Array>().set(row.integers("w"));
    const dynamic = new DynamicQuantizedLayer(linear, weight, row.args.reduce_range as boolean);
    const net = row.args.relu ? new nn.Sequential(dynamic, new nn.ReLU()) : dynamic;
    const x = goldenTensor(row.input("x"));
    const y = noGrad(() => (net as Float)(x)).toArray() as Float32Array;
    expect([...y]).toEqual([...row.floats("y_rule")]);
    using session = await load(lower(net, x));
    const { data } = session.run({ data: x.toArray() as Float32Array, shape: x.shape });
    expect([...(data as Float32Array)]).toEqual([...y]);
  });
});

describe.skipIf(group.absent)(group.title, () => {
  for (const row of group.cases) {
    const run = runs[prefixOf(row)];
    if (tested.test(row.name)) continue;
    if (!run) {
      it.skip(`${row.name}: no quantized form yet`);
      continue;
    }
    it(row.name, () => {
      const y = noGrad(() => run(row));
      const isTheirs = !("y_rule" in row.outputs) || fbgemmRules.has(prefixOf(row));
      const want = row.integers(isTheirs ? "y_fbgemm" : "y_rule");
      if ("y_scale" in row.outputs) {
        expect([y.qparams!.scale[0], y.qparams!.zeroPoint[0]]).toEqual([
          Math.fround(row.number("y_scale")),
          row.number("y_zero_point"),
        ]);
      }
      const got = y.toArray() as Uint8Array;
      expect(got.length).toBe(want.length);
      const differences = want.map((q, i) => Math.abs(q - got[i])).filter((difference) => difference > 0);
      expect(differences).toEqual(new Array(tied[row.name] ?? 0).fill(1));
    });
  }
});
