import { loadKernels } from "@octavo/backend";
import * as nn from "@octavo/nn";
import {
  DeQuantStub,
  FloatFunctional,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  prepare,
  prepareFx,
  QuantStub,
} from "@octavo/qat";
import { describeProgram, load } from "@octavo/runtime";
import type { Inputs } from "@octavo/runtime";
import {
  add,
  clamp,
  div,
  flatten,
  matmul,
  mul,
  noGrad,
  ones,
  pad,
  randn,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  tensor,
  toMemoryFormat,
  zeros,
} from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { convert, convertFx, lower } from "../src/index.ts";
import { goldenNets } from "./golden-nets.ts";

beforeAll(() => loadKernels());

type Forward = (this: nn.Module, ...inputs: Tensor[]) => Tensor | Tensor[] | Record<string, Tensor>;

/** A module with these parts and this forward. */
class Net extends nn.Module {
  /** Frozen: neither a child nor copied. */
  private readonly defined: { readonly forward: Forward };

  constructor(parts: Readonly<Record<string, unknown>>, forward: Forward) {
    super();
    Object.assign(this, parts);
    this.defined = Object.freeze({ forward });
  }

  override forward(...inputs: Tensor[]): unknown {
    return this.defined.forward.call(this, ...inputs);
  }
}

const given = (x: Tensor) => ({ data: x.toArray() as Float32Array, shape: x.shape });

/** Lowers for the batch of `examples`, and compares bits for it and for other batch sizes. */
async function expectSameBits(net: nn.Module, examples: Tensor[], batches = [1, 2, 5]): Promise<void> {
  using session = await load(lower(net, examples));
  for (const batch of batches) {
    const inputs = examples.map(({ shape }) => randn([batch, ...shape.slice(1)]));
    const result = noGrad(() => net.eval()(...inputs)) as Tensor | Tensor[] | Record<string, Tensor>;
    const expected = "shape" in result ? [result as Tensor] : Object.values(result);
    const named: Inputs = Object.fromEntries(session.inputs.map(({ name }, i) => [name, given(inputs[i])]));
    const outputs = Object.values(session.run(named));
    expect(outputs.map(({ shape }) => [...shape])).toEqual(expected.map(({ shape }) => [...shape]));
    outputs.forEach(({ data }, i) => expect(data).toEqual(expected[i].toArray()));
  }
}

function quantized<M extends nn.Module>(net: M, ...examples: Tensor[]): M {
  const prepared = prepare(net.eval(), { qconfig: getDefaultQConfig() });
  noGrad(() => prepared(...examples));
  return convert(prepared);
}

const image = (n = 3, channels = 3) => randn([n, channels, 9, 7]);
const opsOf = (net: nn.Module, ...examples: Tensor[]) => lower(net, examples).ops.map(({ op }) => op);

describe("float models give the bits of the modules, for every batch", () => {
  const nets = {
    "conv-bn-relu": { c0: 3, c1: 8, c2: 17, s1: 2, s2: 1, pool: "avg", classes: 5 },
    residual: { c0: 3, c1: 6, c2: 10 },
    "inverted-relu6": { c0: 3, c1: 8, expand: 3, stride: 1, k: 3, act: "relu6" },
    cat: { c0: 3, c1: 5, c2: 11, c3: 6 },
    "depthwise-deconv": { c0: 3, mult: 2, c2: 7, k: 4, stride: 2, pad: 1, opad: 1 },
    mixed: { c0: 3, c1: 8, c2: 9 },
  };
  it.each(Object.entries(nets))("%s", async (name, sizes) => {
    await expectSameBits(goldenNets[name](sizes), [randn([2, 3, 12, 12])]);
  });

  it("mlp", async () => {
    await expectSameBits(goldenNets.mlp({ d0: 10, d1: 17, d2: 8, classes: 4 }), [randn([2, 10])]);
  });

  const functions: Record<string, (x: Tensor) => Tensor> = {
    "reshape with the batch": (x) => reshape(x, [-1, 9, 21]),
    "reshape by the batch's size": (x) => reshape(x, [x.shape[0], 21, 9]),
    "pad, slice": (x) => pad(slice(slice(x, 2, 0, null, 2), 3, 1, -1), [0, 1, 2, 0, 1, 1], { value: 0.25 }),
    "softmax over channels": (x) => softmax(x, { dim: 1 }),
    "softmax over columns": (x) => softmax(x, { dim: 3 }),
    "mean over pixels": (x) => x.mean({ dim: [2, 3] }),
    "mean over channels": (x) => x.mean({ dim: 1 }),
    "mean over channels and rows": (x) => x.mean({ dim: [1, 2] }),
    "mean over channels and columns, kept": (x) => x.mean({ dim: [1, 3], keepdim: true }),
    "mean over images, channels and rows": (x) => x.mean({ dim: [0, 1, 2] }),
    "sum over images, channels and rows, kept": (x) => sum(x, { dim: [0, 1, 2], keepdim: true }),
    "sum over images and rows": (x) => sum(x, { dim: [0, 2] }),
    "sum over images and columns, kept": (x) => sum(x, { dim: [0, 3], keepdim: true }),
    "sum over columns": (x) => x.sum({ dim: -1, keepdim: true }),
    "permute, matmul": (x) => x.permute([0, 2, 3, 1]).matmul(x.permute([0, 2, 1, 3])),
    "nearest pixels": (x) => nn.F.interpolate(x, { scaleFactor: 1.6 }),
    "bilinear pixels": (x) => nn.F.interpolate(x, { size: [5, 11], mode: "bilinear", alignCorners: true }),
    "adaptive maximum": (x) => nn.F.adaptiveMaxPool2d(x, [3, 2]),
    "channel shuffle": (x) => nn.F.channelShuffle(x, 3),
    "numbers, -0": (x) =>
      add(mul(clamp(x, { min: 0 }), -0.5), 0)
        .div(3)
        .pow(2),
    "numbers in front": (x) => div(1, add(sub(2, x), x.mul(0.5))),
    "one-sided clamps": (x) => clamp(clamp(x, { min: -0.5 }), { max: 0.5 }),
    "broadcast of two activations": (x) => mul(x, x.mean({ dim: [2, 3], keepdim: true }).sigmoid()),
    "format of the larger operand": (x) => mul(x.mean({ dim: [2, 3], keepdim: true }), nn.F.maxPool2d(x, 1)),
    clone: (x) => x.clone().relu(),
  };
  it.each(Object.entries(functions))("%s", async (_, f) => {
    await expectSameBits(new Net({}, (x) => f(x)), [image()]);
    const conv = new nn.Conv2d(3, 3, 1);
    await expectSameBits(new Net({ conv }, (x) => f(conv(x))), [image()]);
  });
});

describe("constants", () => {
  const shift = new nn.Parameter(randn([1, 3, 1, 1]));
  const net = (f: Forward) => new Net({ shift }, f);

  it("are second operands, wherever they stand where the order is free", async () => {
    await expectSameBits(
      net((x) => add(x, shift)),
      [image()],
    );
    await expectSameBits(
      net((x) => mul(shift, sub(x, shift))),
      [image()],
    );
    const [op] = lower(
      net((x) => x.add(shift)),
      image(),
    ).ops;
    expect([op.op, Object.keys(op.constants)]).toEqual(["binary", ["b"]]);
  });

  it("may be computed from others, or made by forward", async () => {
    await expectSameBits(
      net((x) => mul(x, shift.reshape([3, 1, 1]).exp())),
      [image()],
    );
    await expectSameBits(
      net((x) => sub(x, tensor([0.5, 0.25, 0.125], [3, 1, 1]))),
      [image()],
    );
    expect(
      opsOf(
        net((x) => mul(x, shift.exp())),
        image(),
      ),
    ).toEqual(["binary"]);
  });

  it("of a module that is used twice are stored once", () => {
    const conv = new nn.Conv2d(3, 3, 1);
    const program = lower(new Net({ conv }, (x) => conv(conv(x))), image());
    expect(Object.keys(program.constants)).toEqual(["conv.weight", "conv.bias"]);
  });

  it("are copies: training goes on without the program", () => {
    const conv = new nn.Conv2d(3, 3, 1);
    const program = lower(conv, image());
    const before = program.constants["Conv2d.bias"] ?? Object.values(program.constants)[1];
    const values = [...(before.data as Float32Array)];
    conv.bias!.data.fill(7);
    expect([...(before.data as Float32Array)]).toEqual(values);
  });
});

describe("inputs and outputs", () => {
  it("several of both", async () => {
    const conv = new nn.Conv2d(3, 4, 1);
    const net = new Net({ conv }, (a, b) => [conv(a), flatten(b, { startDim: 1 }), add(a, 1)]);
    await expectSameBits(net, [image(), randn([3, 2, 5])]);
    const program = lower(net, [image(), randn([3, 2, 5])]);
    const names = (indices: readonly number[]) => indices.map((index) => program.values[index].name);
    expect([names(program.inputs), names(program.outputs)]).toEqual([
      ["input0", "input1"],
      ["output0", "output1", "output2"],
    ]);
  });

  it("several inputs have the names of forward's parameters, in graph mode too", async () => {
    class Masked extends nn.Module<[image: Tensor, mask: Tensor], Tensor> {
      override forward(image: Tensor /* (N, C) */, mask: Tensor): Tensor {
        return mul(image, mask);
      }
    }
    const examples: [Tensor, Tensor] = [randn([2, 3]), randn([2, 3])];
    const prepared = prepareFx(new Masked().eval(), getDefaultQConfigMapping(), examples);
    prepared(...examples);
    for (const model of [new Masked(), convertFx(prepared)]) {
      const { inputs, values } = lower(model, examples);
      expect(inputs.map((index) => values[index].name)).toEqual(["image", "mask"]);
      await expectSameBits(model, examples);
    }
    expect(lower(new nn.ReLU(), image()).values[0].name).toBe("input");
  });

  it("inputs have the names that are given, in forward's order", async () => {
    const net = new Net({}, (a, b) => sub(a, b));
    using session = await load(lower(net, { left: zeros([1, 2]), right: zeros([1, 2]) }));
    expect(session.inputs.map(({ name }) => name)).toEqual(["left", "right"]);
    const [left, right] = [tensor([[5, 7]]), tensor([[3, 1]])].map(given);
    expect([...session.run({ right, left }).output.data]).toEqual([2, 6]);
  });

  it("inputs by the names of forward's parameters may come in any order, but not in part", async () => {
    class Pair extends nn.Module<[query: Tensor, key: Tensor], Tensor> {
      override forward(query: Tensor, key: Tensor): Tensor {
        return sub(query, mul(key, 2));
      }
    }
    const [query, key] = [tensor([[5, 7]]), tensor([[3, 1]])];
    for (const inputs of [
      { key, query },
      { query, key },
    ]) {
      using session = await load(lower(new Pair(), inputs));
      expect([...session.run({ query: given(query), key: given(key) }).output.data]).toEqual([-1, 5]);
    }
    expect(() => lower(new Pair(), { key, other: query })).toThrow(
      "lower of Pair: expected inputs by the names of forward's parameters, query, key, or in their order, got key, other: 'key' at another's place",
    );
  });

  it("names may be keys of an object without a prototype, and integers only of one input", () => {
    const net = new Net({}, (a, b) => sub(a, b ?? 1));
    const x = zeros([1, 2]);
    const namesOf = (given: object) => {
      const { inputs, values } = lower(net, given as Record<string, Tensor>);
      return inputs.map((index) => values[index].name);
    };
    expect(namesOf(Object.assign(Object.create(null), { left: x, right: x }))).toEqual(["left", "right"]);
    expect(namesOf({ 0: x })).toEqual(["0"]);
    expect(() => namesOf({ left: x, 0: x })).toThrow(
      "lower of Net: expected names of inputs that are no integers, got '0'.\nAn object has integers first",
    );
    expect(namesOf({ "01": x, "1.5": x, "-1": x })).toEqual(["01", "1.5", "-1"]);
  });

  it("expand repeats an activation, to the bit", async () => {
    const net = new Net({}, (x) => x.expand([-1, 4, -1, 3]));
    await expectSameBits(net, [randn([2, 1, 5, 1])]);
    using session = await load(lower(net, zeros([1, 1, 2, 1])));
    const { data } = session.run({ data: Float32Array.of(-0, 0), shape: [1, 1, 2, 1] });
    expect([...(data as Float32Array)].map((zero) => Object.is(zero, -0))).toEqual(
      Array.from({ length: 24 }, (_, i) => i % 6 < 3),
    );
    await expectSameBits(new Net({}, (x) => x.expand([x.shape[0], 6])), [randn([3, 1])]);
  });

  it("one tensor given for two inputs stays two inputs", async () => {
    const net = new Net({}, (a, b) => sub(a, mul(b, 2)));
    const x = randn([2, 3]);
    await expectSameBits(net, [x, x]);
  });

  it("outputs by name, an input among them, and one twice", async () => {
    const net = new Net({}, (x) => {
      const y = x.relu();
      return { x, y, again: y };
    });
    await expectSameBits(net, [image()]);
    using session = await load(lower(net, image()));
    expect(session.outputs.map(({ name }) => name)).toEqual(["x", "y", "again"]);
  });

  it("what no output needs is left out", () => {
    const net = new Net({ act: new nn.Softplus() }, (x) => {
      x.argmax();
      x.exp();
      return x.relu();
    });
    expect(opsOf(net, image())).toEqual(["unary"]);
  });

  it("leaves training flags as they were", () => {
    const net = new nn.Sequential(new nn.BatchNorm2d(3), new nn.Dropout(0.5)).train();
    net.getSubmodule("0").training = false;
    lower(net, image());
    expect([...net.modules()].map(({ training }) => training)).toEqual([true, false, true]);
  });
});

describe("quantized models", () => {
  /** The shortcut of CIFAR's residual networks: every second pixel, and zeros for new channels. */
  it("slice and pad of quantized tensors stay integers", async () => {
    const parts = { quant: new QuantStub(), conv: new nn.Conv2d(3, 4, 1), dequant: new DeQuantStub() };
    const net = new Net(parts, function (x) {
      const { quant, conv, dequant } = this as Net & typeof parts;
      const half = slice(slice(conv(quant(x)), 2, 0, null, 2), 3, 0, null, 2);
      return dequant(pad(half, [0, 0, 0, 0, 2, 2]));
    });
    const converted = quantized(net, image());
    await expectSameBits(converted, [image()]);
    expect(opsOf(converted, image())).toEqual([
      "quantize",
      "reshape",
      "conv",
      "slice",
      "slice",
      "pad",
      "dequantize",
      "reshape",
    ]);
  });

  it("cat of different scales", async () => {
    const parts = { quant: new QuantStub(), conv: new nn.Conv2d(3, 4, 1), join: new FloatFunctional() };
    const net = new Net({ ...parts, dequant: new DeQuantStub() }, function (x) {
      const { quant, conv, join, dequant } = this as Net & typeof parts & { dequant: DeQuantStub };
      const q = quant(x);
      return dequant(join.cat([conv(q), q], { dim: -3 }));
    });
    const converted = quantized(net, image());
    await expectSameBits(converted, [image()]);
    expect(opsOf(converted, image()).filter((op) => op === "lookup").length).toBeGreaterThan(0);
  });

  it("scalars, functions, a float part between, two heads", async () => {
    const parts = {
      quant: new QuantStub(),
      conv: new nn.Conv2d(3, 4, 3, { padding: 1 }),
      half: new FloatFunctional(),
      dequant: new DeQuantStub(),
      middle: new nn.GELU(),
      quant2: new QuantStub(),
      fc: new nn.Linear(4, 2),
      last: new DeQuantStub(),
    };
    parts.middle.qconfig = null;
    const net = new Net(parts, function (x) {
      const m = this as Net & typeof parts;
      const y = m.half.addScalar(m.half.mulScalar(m.conv(m.quant(x)), 0.5), 0.25);
      const z = m.quant2(m.middle(m.dequant(y)));
      const pooled = flatten(nn.F.adaptiveAvgPool2d(z.relu(), 1), { startDim: 1 });
      return [m.last(m.fc(pooled)), m.last(nn.F.sigmoid(z)), m.last(z.mean({ dim: [2, 3] }))];
    });
    await expectSameBits(quantized(net, image()), [image()]);
  });

  it("ops of functions that the model itself calls have the op's name", () => {
    const parts = { quant: new QuantStub(), dequant: new DeQuantStub() };
    const net = new Net(parts, function (x) {
      const { quant, dequant } = this as Net & typeof parts;
      return dequant(nn.F.hardtanh(quant(x)).mean({ dim: [2, 3] }));
    });
    const names = lower(quantized(net, image()), image()).ops.map(({ op, name }) => [op, name]);
    expect(names).toEqual([
      ["quantize", "quant"],
      ["lookup", "lookup"],
      ["reduce", "reduce"],
      ["dequantize", "dequant"],
    ]);
  });

  it("formats change where values come and go, and for linear layers, only", () => {
    const net = goldenNets["conv-bn-relu"]({ c0: 3, c1: 8, c2: 6, s1: 2, s2: 1, pool: "max", classes: 5 });
    const ops = opsOf(quantized(net, randn([2, 3, 12, 12])), randn([2, 3, 12, 12]));
    // One into channels-last, one that flattens (N, C, 1, 1), which moves nothing.
    expect(ops.filter((op) => op === "reshape").length).toBe(2);
  });

  it("describeProgram says what is no program", () => {
    expect(() => describeProgram(undefined as never)).toThrow("program: expected a Program, got undefined.");
  });

  it("describeProgram shows integers, scales and what runs in float", () => {
    const net = new nn.Sequential(new QuantStub(), new nn.Softmax(1), new DeQuantStub());
    const lines = describeProgram(lower(quantized(net, image()), image()))
      .split("\n")
      .slice(3, -1)
      .map((line) => line.split(/\s+/)[1]);
    expect(lines).toEqual([
      "quantize",
      "dequantize",
      "reshape",
      "softmax",
      "quantize",
      "dequantize",
      "reshape",
    ]);
  });
});

it("tensors without history, or in another memory format, are the same values", async () => {
  await expectSameBits(new Net({}, (x) => add(x, x.relu().detach()).detach()), [image()]);
  const whole = (x: Tensor): Tensor => toMemoryFormat(x.relu(), "channelsLast");
  await expectSameBits(new Net({}, (x) => add(whole(x), x)), [image()]);
  await expectSameBits(new Net({}, (x) => whole(x.mul(2))), [image()]);
});

describe("errors", () => {
  const weight = randn([4, 3, 1, 1]);
  const cases: [string, Forward, string | RegExp][] = [
    [
      "a batch size of its own, without the other error's end and advice",
      (x) => reshape(x.relu(), [3, -1, 7]).reshape([3, 27, 7]),
      /^lower of Net: expected a model that runs with every batch size, got for one example more, .*\[3, 27, 7\]\.\nThe first axis/,
    ],
    [
      "an op that programs do not have",
      (x) => x.argmax({ dim: 1 }),
      /expected an op that programs have: .*softmax.*, got argmax/,
    ],
    [
      "a number read by item()",
      (x) => mul(x, x.mean().item()),
      /^Net: expected values to be read by ops alone, got a read by item\(\), data or toArray\(\)/,
    ],
    [
      "a branch on values",
      (x) => (x.mean().item() > 1e9 ? x.exp() : x.relu()),
      /expected values to be read by ops alone, got a read by/,
    ],
    [
      "a tensor made of values",
      (x) => add(x, tensor(x.data.slice(0, 1))),
      /expected values to be read by ops alone, got a read by/,
    ],
    [
      "a tensor made of the batch's size",
      (x) => add(x, ones([x.shape[0], 1, 1, 1])),
      /made inside forward, which changes with the inputs/,
    ],
    [
      "a number made of the batch's size",
      (x) => mul(x, x.shape[0] / 4),
      /got mulScalar with .*, and with .* for other inputs\./,
    ],
    [
      "axes that follow the batch's size",
      (x) => sum(slice(x, 2, 0, 7), { dim: [0, x.shape[0] > 3 ? 2 : 3] }),
      /got sum with .* axes,3 .*, and with .* axes,2 .* for other inputs\./,
    ],
    [
      "an expand that follows the batch's size",
      (x) => x.mean({ dim: 0 }).expand([x.shape[0], -1, -1, -1]),
      /^Net: .* got expand with .* b of \[3,1,1,1\], and with .* b of \[4,1,1,1\] for other inputs\.\n.* tensors of size 1 are as wide as/,
    ],
    [
      "an output that depends on no input",
      () => ones([2]),
      /output: expected a tensor computed from the inputs, got one that does not/,
    ],
    [
      "a branch on the batch's size",
      (x) => (x.shape[0] > 3 ? x.relu() : x.exp()),
      /expected the same ops for all inputs, got exp .* and relu/,
    ],
    [
      "a batch that moves",
      (x) => x.permute([1, 0, 2, 3]),
      /expected only the first axis to follow the batch/,
    ],
    [
      "a constant where order counts",
      (x) => sub(weight.amax({ dim: 0, keepdim: true }), x),
      /expected an activation as operand 0 of sub, got a constant/,
    ],
    [
      "weights that are activations",
      (x) => nn.F.conv2d(x, mul(weight, x.mean())),
      /expected a constant as operand 1 of conv2d, got an activation/,
    ],
    [
      "a product with a weight, which a linear layer has",
      (x) => matmul(x, ones([7, 7])),
      /expected an activation as operand 1 of matmul, got a constant, .*\n.* as linear\(x, weight\) for a product/,
    ],
    ["a result without tensors", () => 3 as never, /expected a tensor, a list of tensors/],
  ];
  it.each(cases)("%s", (_, forward, message) => {
    expect(() => lower(new Net({}, forward), image())).toThrow(message);
  });

  it("example inputs that are no tensors", () => {
    const net = new nn.ReLU();
    expect(() => lower(net, undefined as never)).toThrow(
      "lower of ReLU: expected example inputs: a tensor, a list of tensors, or tensors by name, got undefined.\n" +
        "Their values do not matter: zeros([1, 3, 224, 224]).",
    );
    const x = zeros([1, 2]);
    for (const [wrong, got] of [
      [null, "null"],
      [5, "5"],
      [Float32Array.of(1), "Float32Array"],
      [new Map([["x", x]]), "Map"],
      [[1, 3, 8, 8], "1 for input 0"],
      [[x, null], "null for input 1"],
      [{ x, y: [1] }, "Array for input y"],
      [Object.assign(Object.create(null), { x: 1 }), "1 for input x"],
    ] as const) {
      expect(() => lower(net, wrong as never)).toThrow(`a list of tensors, or tensors by name, got ${got}.`);
    }
  });

  it("options that there are not", () => {
    expect(() => lower(new nn.ReLU(), image(), { nam: "x" } as never)).toThrow(
      "lower of ReLU: expected options name, got nam.",
    );
  });

  it("a recurrent layer of floats, which may be the model itself", () => {
    expect(() => lower(new nn.LSTM(3, 4) as never, randn([2, 5, 3]))).toThrow(
      "got the model itself (LSTM), a recurrent layer of floats.",
    );
  });

  it("attention", () => {
    const net = new nn.Sequential(new nn.MultiheadAttention(4, 2, { batchFirst: true }));
    expect(() => lower(net, randn([2, 5, 4]))).toThrow("got 0 (MultiheadAttention), attention.");
  });

  it("names the module", () => {
    const inner = new Net({}, (x) => x.argmax({ dim: 1 }));
    expect(() => lower(new nn.Sequential(new nn.ReLU(), inner as never), image())).toThrow(
      "1 (Net): expected an op",
    );
  });

  it("a model in preparation has to be converted first", () => {
    const net = prepare(new nn.Sequential(new QuantStub(), new nn.Conv2d(3, 4, 1)).eval(), {
      qconfig: getDefaultQConfig(),
    });
    noGrad(() => net(image()));
    const before = String(net);
    expect(() => lower(net, image())).toThrow(
      /expected a converted model, or a float one, got a prepared one.*convert first/s,
    );
    expect(String(net)).toBe(before);
  });
});
