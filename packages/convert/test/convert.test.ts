import { BNReLU2d, fuseModules } from "@octavo/fusion";
import { disableObserver, enableFakeQuant } from "@octavo/fake-quant";
import { trace } from "@octavo/graph";
import * as nn from "@octavo/nn";
import {
  DeQuantStub,
  FloatFunctional,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  prepare,
  prepareFx,
  prepareQat,
  prepareQatFx,
  QuantStub,
} from "@octavo/qat";
import { load } from "@octavo/runtime";
import { ArgumentError, QuantizationError } from "@octavo/spec";
import {
  add,
  amax,
  groupNorm,
  instanceNorm,
  layerNorm,
  mean,
  mul,
  narrow,
  noGrad,
  quantizePerTensor,
  randn,
  relu,
  tensor,
  toMemoryFormat,
  zeros,
} from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import {
  convert,
  convertFx,
  lower,
  QFunctional,
  Quantize,
  quantize,
  quantizeDynamic,
  quantizeQat,
  QuantizedChannelFunction,
  QuantizedLayer,
  ViaFloat,
} from "../src/index.ts";
import { Call } from "./call.ts";

class Attention extends nn.MultiheadAttention {
  constructor() {
    super(6, 2);
  }

  override typeName(): string {
    return "MultiheadAttention";
  }

  override forward(x: Tensor): ReturnType<nn.MultiheadAttention["forward"]> {
    return super.forward(x, x, x);
  }
}

type Net = nn.Module<[x: Tensor], Tensor>;

const qconfig = getDefaultQConfig();

describe("a converted model", () => {
  it("is not to be prepared again", () => {
    const prepared = prepare(new nn.Sequential(new QuantStub(), new nn.Linear(2, 2), new DeQuantStub()), {
      qconfig,
    });
    prepared(randn([4, 2]));
    expect(() => prepare(convert(prepared), { qconfig })).toThrow(
      /got Sequential, Quantize, QuantizedLinear, DeQuantize\.\nWhat convert made is quantized already/,
    );
  });
});

describe("a bias that is not finite", () => {
  it("is told when the model is converted, or its state loaded", () => {
    const model = new nn.Sequential(new QuantStub(), new nn.Linear(2, 3), new DeQuantStub());
    const prepared = prepare(model, { qconfig });
    prepared(randn([4, 2]));
    const converted = convert(prepared);
    (prepared[1] as nn.Linear).bias!.data[1] = NaN;
    expect(() => convert(prepared)).toThrow(QuantizationError);
    expect(() => convert(prepared)).toThrow(
      "1 (Linear): expected a bias of finite numbers, got NaN in channel 1.\nLook for a training that diverged",
    );
    const state = converted.stateDict();
    const damaged = new Map(state).set("1.bias", tensor([0, Infinity, 0]));
    expect(() => converted.loadStateDict(damaged)).toThrow(/expected a bias of finite numbers, got Infinity/);
  });
});

describe("what is no model", () => {
  const steps: Readonly<Record<string, (model: never) => unknown>> = {
    prepare: (model) => prepare(model, { qconfig }),
    prepareQat: (model) => prepareQat(model, { qconfig }),
    prepareFx: (model) => prepareFx(model, getDefaultQConfigMapping(), randn([1])),
    prepareQatFx: (model) => prepareQatFx(model, getDefaultQConfigMapping(), randn([1])),
    fuseModules: (model) => fuseModules(model, ["a", "b"]),
    trace: (model) => trace(model, randn([1])),
    convert: (model) => convert(model),
    quantizeDynamic: (model) => quantizeDynamic(model),
    lower: (model) => lower(model, randn([1])),
  };

  it.each(Object.entries(steps))("%s says so", (name, step) => {
    expect(() => step(undefined as never)).toThrow(`${name}: expected a module, got undefined.`);
    expect(() => step(((x: unknown) => x) as never)).toThrow(`${name}: expected a module, got Function.`);
    expect(() => step(nn.ReLU as never)).toThrow(ArgumentError);
  });

  it("quantize and quantizeQat too", async () => {
    await expect(quantize(undefined as never, () => {})).rejects.toThrow("quantize: expected a module");
    await expect(quantizeQat(undefined as never, () => {})).rejects.toThrow("quantizeQat: expected a module");
  });
});

describe("what stays float, under a qconfig that counts for all", () => {
  const [batch, image] = [
    [3, 5, 6],
    [3, 6, 2, 2],
  ];

  it.each<[string, number[], nn.Module, string, RegExp]>([
    [
      "1 (LSTM)",
      batch,
      new nn.LSTM(6, 4, { batchFirst: true }),
      "[3, 5, 6]",
      /quantizeDynamic makes their weights/,
    ],
    ["1 (GRUCell)", [3, 6], new nn.GRUCell(6, 4), "[3, 6]", /quantizeDynamic makes their weights/],
    ["1 (MultiheadAttention)", batch, new Attention(), "[3, 5, 6]", /set the qconfig of the layer to null/],
    ["1 (Call)", image, new Call((x) => groupNorm(x, 3)), "[3, 6, 2, 2]", /\(groupNorm\)/],
    ["1 (Call)", image, new Call((x) => layerNorm(x, [2, 2])), "[3, 6, 2, 2]", /\(layerNorm\)/],
    ["1 (Call)", image, new Call((x) => instanceNorm(x, null, null)), "[3, 6, 2, 2]", /\(instanceNorm\)/],
  ])("%s of %j names itself, its input and the way", (where, shape, layer, got, hint) => {
    const prepared = prepare(new nn.Sequential(new QuantStub(), layer), { qconfig });
    prepared(randn(shape));
    const run = () => convert(prepared)(randn(shape));
    expect(run).toThrow(hint);
    expect(run).toThrow(`${where}: expected a float tensor, got quint8 (`);
    expect(run).toThrow(`${got} from 0 (Quantize).`);
  });
});
const image = (n = 2) => randn([n, 3, 8, 8]);

function calibrated<M extends nn.Module<[x: Tensor], Tensor>>(net: M, x: Tensor = image()): M {
  const prepared = prepare(net.eval(), { qconfig });
  noGrad(() => prepared(x));
  return prepared;
}

const quantized = <M extends Net>(net: M, x?: Tensor) => convert(calibrated(net, x));

/** Programs give the bits of the modules. */
async function expectSameBits(net: Net, x: Tensor): Promise<void> {
  using session = await load(lower(net, x));
  const { data } = session.run({ data: x.toArray() as Float32Array, shape: x.shape });
  expect(data).toEqual(noGrad(() => net(x)).toArray());
}

class Branches extends nn.Module<[x: Tensor], Tensor> {
  quant = new QuantStub();
  left = new nn.Conv2d(3, 4, 1);
  right = new nn.Conv2d(3, 4, 1);
  join = new FloatFunctional();
  dequant = new DeQuantStub();

  override forward(x: Tensor): Tensor {
    const y = this.quant(x);
    return this.dequant(this.join.addRelu(this.left(y), this.right(y)));
  }
}

describe("modules without an integer form run in float between dequantize and quantize", () => {
  const cases: [string, () => Net, string][] = [
    ["Softmax", () => new nn.Softmax(1), "softmax"],
    ["LayerNorm", () => new nn.LayerNorm(8), "rowNorm"],
    ["GroupNorm", () => new nn.GroupNorm(3, 3), "rowNorm"],
    ["InstanceNorm2d", () => new nn.InstanceNorm2d(3, { affine: true }), "rowNorm"],
  ];
  it.each(cases)("%s", async (_, make, op) => {
    const x = image();
    const net = quantized(new nn.Sequential(new QuantStub(), make(), new DeQuantStub()), x);
    expect(net.getSubmodule("1")).toBeInstanceOf(ViaFloat);
    await expectSameBits(net, x);
    const ops = lower(net, x)
      .ops.map((one) => one.op)
      .filter((one) => one !== "reshape");
    expect(ops.slice(0, 3)).toEqual(["quantize", "dequantize", op]);
    expect(ops.slice(-2)).toEqual(["quantize", "dequantize"]);
    using session = await load(lower(net, x));
    expect(session.explain()).toContain(`(${op})`);
  });

  it("a convolution that pads by reflection", async () => {
    const conv = new nn.Conv2d(3, 4, 3, { padding: 1, paddingMode: "reflect" });
    const net = quantized(new nn.Sequential(new QuantStub(), conv, new DeQuantStub()));
    expect(net.getSubmodule("1")).toBeInstanceOf(ViaFloat);
    expect(() => lower(net, image())).toThrow(
      '1.module (Conv2d): expected pad with mode "constant", got "reflect"',
    );
  });

  it('a convolution with padding "same", as an integer layer', async () => {
    const conv = new nn.Conv2d(3, 4, [2, 3], { padding: "same" });
    const net = quantized(new nn.Sequential(new QuantStub(), conv, new DeQuantStub()));
    expect(net.getSubmodule("1")).toBeInstanceOf(QuantizedLayer);
    const x = image();
    expect(noGrad(() => net(x)).shape).toEqual([2, 4, 8, 8]);
    await expectSameBits(net, x);
  });
});

describe("functions of a value and its channel are tables", () => {
  const trained = () => {
    const bn = new nn.BatchNorm2d(3);
    for (let i = 0; i < 3; i++) noGrad(() => bn(image().mul(3).add(1)));
    return bn;
  };
  const cases: [string, () => Net][] = [
    ["BatchNorm2d", trained],
    ["BNReLU2d", () => new BNReLU2d(trained(), new nn.ReLU())],
    ["PReLU", () => new nn.PReLU(3, { init: -0.3 })],
    ["one PReLU", () => new nn.PReLU()],
  ];
  it.each(cases)("%s", async (_, make) => {
    const x = image();
    const prepared = calibrated(new nn.Sequential(new QuantStub(), make(), new DeQuantStub()), x);
    const net = convert(prepared);
    expect(net.getSubmodule("1")).toBeInstanceOf(QuantizedChannelFunction);
    await expectSameBits(net, x);
    expect(lower(net, x).ops.map(({ op }) => op)).toContain("channelLookup");
    // The integers of the float function, rounded once.
    const simulated = noGrad(() => prepared.apply(disableObserver).apply(enableFakeQuant)(x)).toArray();
    expect([...noGrad(() => net(x)).toArray()]).toEqual([...simulated]);
    // Weights come and go with the state dict.
    const other = quantized(new nn.Sequential(new QuantStub(), make(), new DeQuantStub()), image());
    noGrad(() => other(x));
    other.loadStateDict(net.stateDict());
    expect([...noGrad(() => other(x)).toArray()]).toEqual([...simulated]);
  });
});

describe("operations between activations of several shapes", () => {
  /** Squeeze and excitation: a gate per channel, and a shift per row. */
  class Gate extends nn.Module<[x: Tensor], Tensor> {
    quant = new QuantStub();
    conv = new nn.Conv2d(3, 4, 1);
    pool = new nn.AdaptiveAvgPool2d(1);
    gate = new nn.Hardsigmoid();
    mul = new FloatFunctional();
    add = new FloatFunctional();
    dequant = new DeQuantStub();

    override forward(x: Tensor): Tensor {
      const y = this.conv(this.quant(x));
      const gated = this.mul.mul(this.gate(this.pool(y)), y);
      return this.dequant(this.add.add(gated, this.row(y)));
    }

    /** The first row and first channel, (N, 1, 1, 8). */
    private row(y: Tensor): Tensor {
      return narrow(narrow(y, 1, 0, 1), 2, 0, 1);
    }
  }

  it("run on integers, also in programs", async () => {
    const x = image();
    const net = quantized(new Gate(), x);
    await expectSameBits(net, x);
    expect(lower(net, x).ops.filter(({ op }) => op === "dequantize")).toHaveLength(1);
  });

  const shapes = [
    [
      [2, 3, 4, 5],
      [2, 3, 1, 1],
    ],
    [
      [1, 1, 5],
      [2, 3, 4, 5],
    ],
    [
      [2, 1, 4, 1],
      [1, 3, 1, 5],
    ],
    [[4, 3], []],
  ];
  it.each(shapes)("broadcast as in float: %j and %j", (a, b) => {
    const [range, out] = [{ quantMin: 0, quantMax: 255 }, new Float32Array([0.031])];
    const q = new QFunctional(["quint8", { scale: out[0], zeroPoint: 100, ...range }]);
    const [p, r] = [
      quantizePerTensor(randn(a), 0.02, 120, "quint8"),
      quantizePerTensor(randn(b), 0.03, 7, "qint8"),
    ];
    for (const format of ["contiguous", "channelsLast"] as const) {
      const moved = toMemoryFormat(p, format);
      for (const [y, float] of [
        [q.mul(moved, r), mul(p.dequantize(), r.dequantize())],
        [q.add(r, moved), add(p.dequantize(), r.dequantize())],
      ]) {
        expect(y.shape).toEqual(float.shape);
        expect([...y.toArray()]).toEqual([...quantizePerTensor(float, out[0], 100, "quint8").toArray()]);
      }
    }
  });
});

describe("resampling", () => {
  const modes = [
    {},
    { mode: "nearest-exact" },
    { mode: "bilinear" },
    { mode: "bilinear", alignCorners: true },
  ];
  it.each(modes)("%j on integers", async (options) => {
    const up = new nn.Upsample({ scaleFactor: 1.5, ...options } as ConstructorParameters<
      typeof nn.Upsample
    >[0]);
    const model = () =>
      new nn.Sequential(
        new QuantStub(),
        new nn.Conv2d(3, 4, 3),
        up,
        new nn.Conv2d(4, 2, 1),
        new DeQuantStub(),
      );
    const x = image();
    const net = quantized(model(), x);
    await expectSameBits(net, x);
    expect(lower(net, x).ops.filter(({ op }) => op === "dequantize")).toHaveLength(1);
    const prepared = prepareFx(model().eval(), getDefaultQConfigMapping(), x);
    noGrad(() => prepared(x));
    expect(lower(convertFx(prepared), x).ops.filter(({ op }) => op === "dequantize")).toHaveLength(1);
  });
});

describe("mean and maximum over axes", () => {
  const cases = [{ dim: [2, 3] }, { dim: [3], keepdim: true }, { dim: [1], keepdim: true }];
  class Reduced extends nn.Module<[x: Tensor], Tensor> {
    quant = new QuantStub();
    conv = new nn.Conv2d(3, 4, 3);
    dequant = new DeQuantStub();
    reduce: (x: Tensor) => Tensor;

    constructor(reduce: (x: Tensor) => Tensor) {
      super();
      this.reduce = reduce;
    }

    override forward(x: Tensor): Tensor {
      return this.dequant(this.reduce(this.conv(this.quant(x))));
    }
  }

  it.each(cases)("$dim: on integers", async (options) => {
    const x = image();
    for (const reduce of [mean, amax]) {
      const net = quantized(new Reduced((y) => reduce(y, options)), x);
      await expectSameBits(net, x);
      const toFloat = lower(net, x).ops.filter(({ op }) => op === "dequantize");
      expect(toFloat).toHaveLength(1);
    }
  });

  it.each([[1], [2], [1, 2], [0], [0, 2]])("the mean of integers over %s, %s is rounded once", (...dim) => {
    const x = quantizePerTensor(randn([2, 5, 7]), 0.02, 30, "quint8");
    const want = quantizePerTensor(mean(x.dequantize(), { dim }), 0.02, 30, "quint8");
    expect([...mean(x, { dim }).toArray()]).toEqual([...want.toArray()]);
    const largest = quantizePerTensor(amax(x.dequantize(), { dim: 2 }), 0.02, 30, "quint8");
    expect([...amax(x, { dim: 2 }).toArray()]).toEqual([...largest.toArray()]);
  });
});

it("images are quantized in the format that they come in", () => {
  const quant = quantized(new nn.Sequential(new QuantStub()));
  const x = image();
  const [plain, moved] = [x, toMemoryFormat(x, "channelsLast")].map((given) => noGrad(() => quant(given)));
  expect([plain.memoryFormat, moved.memoryFormat]).toEqual(["contiguous", "channelsLast"]);
  expect(moved.toArray()).toEqual(plain.toArray());
});

describe("errors", () => {
  const messageOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("no error");
  };

  it("a float op fed a quantized tensor names module, producer and stub", () => {
    class Softplus extends nn.Module<[x: Tensor], Tensor> {
      conv = new nn.Conv2d(3, 4, 1);
      act = new nn.Softplus();
      quant = new QuantStub();
      override forward(x: Tensor): Tensor {
        return this.act(this.conv(this.quant(x)));
      }
    }
    const net = quantized(new Softplus());
    const message = messageOf(() => noGrad(() => net(image())));
    expect(message).toMatch(
      /^act \(Softplus\): expected a float tensor, got quint8 \(scale .*\) \[2, 4, 8, 8\] from conv \(QuantizedConv2d\)/,
    );
    expect(message).toContain("put a DeQuantStub before it");
  });

  it("a quantized module fed a float tensor names producer and stub", () => {
    const net = quantized(new nn.Sequential(new nn.Identity(), new nn.Conv2d(3, 4, 1)));
    const message = messageOf(() => noGrad(() => net(image())));
    expect(message).toMatch(
      /^1 \(QuantizedConv2d\): expected a quantized tensor, got float32 \[2, 3, 8, 8\] from 0 \(Identity\)/,
    );
    expect(message).toContain("put a QuantStub in front");
  });

  it("says what came where no tensor did", () => {
    const stubs = quantized(new Branches()) as unknown as (x: unknown) => unknown;
    expect(() => stubs(new Float32Array(4))).toThrow(
      /quant \(Quantize\): expected a tensor, got Float32Array of length 4/,
    );
    const bare = convert(calibrated(new Branches())).left as unknown as (x: unknown) => unknown;
    expect(() => bare([[1]])).toThrow(/expected a tensor, got Array of length 1/);
  });

  it("an input that does not fit the weight is what the error speaks of", () => {
    const net = (layer: Net) => new nn.Sequential(new QuantStub(), layer, new DeQuantStub());
    const cases: [Net, Tensor, Tensor, string][] = [
      [
        new nn.Conv2d(3, 8, 3),
        image(),
        randn([2, 4, 8, 8]),
        "1 (QuantizedConv2d): expected 3 input channels (weight [8,3,3,3], groups 1), got 4 in [2,4,8,8].",
      ],
      [
        new nn.Conv2d(4, 8, 3, { groups: 2 }),
        randn([2, 4, 8, 8]),
        image(),
        "1 (QuantizedConv2d): expected 4 input channels (weight [8,3,3,2], groups 2), got 3 in [2,3,8,8].",
      ],
      [
        new nn.Conv2d(3, 8, 3),
        image(),
        randn([3, 8, 8]),
        "1 (QuantizedConv2d): expected an input of rank 4, as the weight [8,3,3,3], got [3,8,8].",
      ],
      [
        new nn.Linear(3, 8),
        randn([2, 3]),
        randn([2, 4]),
        "1 (QuantizedLinear): expected an input of 3 features, as the weight [8,3], got 4.",
      ],
      [
        new nn.ConvTranspose2d(3, 8, 3),
        image(),
        randn([2, 4, 8, 8]),
        "1 (QuantizedConvTranspose2d): expected 3 input channels (weight [3,3,3,8], groups 1), got 4 in [2,4,8,8].",
      ],
    ];
    for (const [layer, x, other, message] of cases) {
      const converted = quantized(net(layer), x);
      expect(messageOf(() => noGrad(() => converted(other)))).toContain(message);
    }
  });

  it("every kind of quantized module refuses floats", () => {
    const nets: Net[] = [new nn.Hardswish(), new nn.BatchNorm2d(3), new nn.ReLU6()];
    for (const one of nets) {
      const net = quantized(new nn.Sequential(one));
      expect(messageOf(() => noGrad(() => net(image())))).toContain(
        "expected a quantized tensor, got float32",
      );
    }
    const branches = quantized(new Branches());
    expect(messageOf(() => branches.join.add(image(), image()))).toContain("expected a quantized tensor");
  });

  it("a second QuantStub", () => {
    const net = quantized(new nn.Sequential(new QuantStub(), new QuantStub()));
    expect(messageOf(() => noGrad(() => net(image())))).toMatch(
      /^1 \(Quantize\): expected a float tensor, got quint8 .* from 0 \(Quantize\)/,
    );
  });

  it("an input of the wrong shape names the module", () => {
    const net = quantized(new nn.Sequential(new QuantStub(), new nn.Conv2d(3, 4, 1)));
    const message = messageOf(() => noGrad(() => net(randn([1, 5, 8, 8]))));
    expect(message).toMatch(/^1 \(QuantizedConv2d\): expected /);
  });

  it("an input that is refused leaves the module as it was", () => {
    const net = quantized(new nn.Sequential(new QuantStub(), new nn.Conv2d(3, 4, 1), new DeQuantStub()));
    const refused = () => noGrad(() => net(randn([1, 5, 8, 8])));
    for (let time = 0; time < 2; time++)
      expect(messageOf(refused)).toMatch(/^1 \(QuantizedConv2d\): expected 3 input channels/);
    expect(noGrad(() => net(image())).shape).toEqual([2, 4, 8, 8]);
  });

  it.each(["int32", "int64"] as const)("%s where floats are to be quantized", (dtype) => {
    const net = quantized(new nn.Sequential(new QuantStub(), new nn.Conv2d(3, 4, 1)));
    expect(messageOf(() => noGrad(() => net(zeros([1, 3, 8, 8], { dtype }))))).toMatch(
      /^0 \(Quantize\): expected a float32 tensor, got int(32|64) \[1, 3, 8, 8\]\.\nConvert it/,
    );
  });

  it("an observer that saw nothing names the module", () => {
    const prepared = prepare(new Branches().eval(), { qconfig });
    expect(() => convert(prepared)).toThrow(
      /convert of quant \(QuantStub\): expected an observer that saw data/,
    );
  });

  it("an unprepared model, and a converted one", () => {
    expect(() => convert(new Branches())).toThrow(
      "convert of Branches: expected a prepared model, got one without observers",
    );
    expect(() => convert(quantized(new Branches()))).toThrow(
      "got one that is converted already: quant is a Quantize",
    );
  });

  it("padding of quantized tensors by reflection", () => {
    class Padded extends nn.Module<[x: Tensor], Tensor> {
      quant = new QuantStub();
      override forward(x: Tensor): Tensor {
        return nn.F.pad(this.quant(x), [1, 1], { mode: "reflect" });
      }
    }
    const net = quantized(new Padded());
    expect(() => noGrad(() => net(image()))).toThrow(
      'expected pad with mode "constant", got "reflect".\nPut a DeQuantStub before it',
    );
  });
});

it("relu and pad of quantized tensors are those of their values", () => {
  class Functions extends nn.Module<[x: Tensor], Tensor> {
    quant = new QuantStub();
    override forward(x: Tensor): Tensor {
      return nn.F.pad(relu(this.quant(x)), [1, 0], { value: 0.5 });
    }
  }
  const x = image();
  const y = noGrad(() => quantized(new Functions(), x)(x).dequantize());
  const want = noGrad(() => nn.F.pad(relu(x), [1, 0], { value: 0.5 }));
  const worst = floats(y).reduce((m, v, i) => Math.max(m, Math.abs(v - floats(want)[i])), 0);
  expect(worst).toBeLessThan(0.03);
});

const floats = (x: Tensor) => x.toArray() as Float32Array;

describe("state dict", () => {
  const net = () => fuseModules(new Branches().eval(), []);

  it("holds integers, scales and zero points, and gives them back", () => {
    const [a, b] = [quantized(net(), image()), quantized(net(), image())];
    expect([...a.stateDict().keys()]).toEqual(
      ["quant", "left", "right", "join"].flatMap((name) =>
        ["weight", "bias", "scale", "zero_point"]
          .filter((key) => !/w|b/.test(key[0]) || ["left", "right"].includes(name))
          .map((key) => `${name}.${key}`),
      ),
    );
    const x = image();
    const before = noGrad(() => a(x)).toArray();
    expect(noGrad(() => b(x)).toArray()).not.toEqual(before);
    b.loadStateDict(a.stateDict());
    expect(noGrad(() => b(x)).toArray()).toEqual(before);
    expect([...b.stateDict()].map(([key, t]) => [key, t.describe(), ...t.toArray()])).toEqual(
      [...a.stateDict()].map(([key, t]) => [key, t.describe(), ...t.toArray()]),
    );
  });

  it("refuses what does not fit, and changes nothing then", () => {
    const a = quantized(net());
    const x = image();
    const before = noGrad(() => a(x)).toArray();
    const state = a.stateDict();
    const other = quantized(new nn.Sequential(new QuantStub(), new nn.Conv2d(3, 5, 1)));
    const wide = new Map(state).set("left.weight", other.stateDict().get("1.weight")!);
    expect(() => a.loadStateDict(wide)).toThrow(
      /loadStateDict of QuantizedConv2d: expected qint8 .*\[4, 3, 1, 1\], got .*\[5, 3, 1, 1\]/,
    );
    expect(() => a.loadStateDict(new Map(state).set("left.scale", randn([]).mul(0)))).toThrow(
      "expected scale above 0",
    );
    expect(() => a.loadStateDict(new Map())).toThrow("missing: quant.scale");
    expect(noGrad(() => a(x)).toArray()).toEqual(before);
  });
});

it("clones compute by themselves", () => {
  const a = quantized(new Branches());
  const x = image();
  const before = noGrad(() => a(x)).toArray();
  const copy = a.clone();
  copy.loadStateDict(quantized(new Branches()).stateDict());
  expect(noGrad(() => a(x)).toArray()).toEqual(before);
  expect(noGrad(() => copy(x)).toArray()).not.toEqual(before);
});

it("additions whose output scale has no reciprocal are refused by converted modules", () => {
  const numbers = { scale: 1e-40, zeroPoint: 3, quantMin: 0, quantMax: 255 };
  const quant = new Quantize("quint8", { ...numbers, scale: 0.1 });
  const join = new QFunctional(["quint8", numbers]);
  const x = quant(randn([1, 4]));
  for (const operation of ["add", "mul"] as const) {
    expect(() => join[operation](x, x)).toThrow(
      `QFunctional: expected scale of 'output' between ${2 ** -128} and ${2 ** 119}, got 1e-40.`,
    );
  }
});

it.each(["addScalar", "mulScalar"] as const)("%s of what leaves no scale is refused", (operation) => {
  const q = new QFunctional(["quint8", { scale: 0.1, zeroPoint: 3, quantMin: 0, quantMax: 255 }]);
  const x = quantizePerTensor(randn([4]), 0.1, 3, "quint8");
  for (const value of [NaN, Infinity, -Infinity, 1e300]) {
    expect(() => q[operation](x, value)).toThrow(
      `QFunctional: expected ${operation} of a number whose result has a finite scale above 0, got ${value}.`,
    );
  }
});

it("NaN in an input is refused by converted modules and by the runtime alike", async () => {
  const net = quantized(new nn.Sequential(new QuantStub(), new nn.ReLU(), new DeQuantStub()));
  const x = image();
  using session = await load(lower(net, x));
  x.data[5] = NaN;
  const message = "expected numbers, got NaN among them.";
  expect(() => noGrad(() => net(x))).toThrow(`0 (Quantize): ${message}`);
  expect(() => session.run({ data: x.toArray() as Float32Array, shape: x.shape })).toThrow(message);
});
