import type { FakeQuantize } from "@octavo/fake-quant";
import { ConvReLU2d, fuseModules, fuseModulesQat } from "@octavo/fusion";
import { trace } from "@octavo/graph";
import type { GraphModule } from "@octavo/graph";
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  F,
  Linear,
  MaxPool2d,
  Module,
  Parameter,
  ReLU,
  Sigmoid,
  Upsample,
} from "@octavo/nn";
import { MinMaxObserver } from "@octavo/observers";
import { ArgumentError, onWarning } from "@octavo/spec";
import { add, backward, cat, mul, noGrad, randn, slice, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import {
  activationQuantizerOf,
  getDefaultQatQConfig,
  getDefaultQatQConfigMapping,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  prepare,
  prepareFx,
  prepareQat,
  prepareQatFx,
  QatLayer,
  QConfig,
  QConfigMapping,
  QuantWrapper,
  sameQConfig,
} from "../src/index.ts";
import { EagerResidual, Functional, Mixed, Residual } from "./fx-nets.ts";

const image = (n = 2) => randn([n, 3, 8, 8]);
const fusedGroups = [
  ["conv1", "bn1", "relu"],
  ["conv2", "bn2"],
];

/** Calls in order: `name = target(inputs)`. */
const calls = ({ graph }: GraphModule) =>
  graph.nodes
    .filter(({ op }) => op === "callModule" || op === "callFunction")
    .map((node) => `${node.name} = ${node.targetName}(${node.inputs.join(", ")})`);

/** The observers' states in the order in which the graph or the model calls them. */
function observed(prepared: Module): object[] {
  const quantizers: FakeQuantize[] =
    "graph" in prepared
      ? (prepared as GraphModule).graph.nodes
          .filter(({ op }) => op === "callModule")
          .map((node) => activationQuantizerOf((prepared as GraphModule).moduleOf(node)))
          .filter((quantizer) => quantizer !== null)
      : [...prepared.modules()].map(activationQuantizerOf).filter((quantizer) => quantizer !== null);
  return [...new Set(quantizers)].map(({ observer }) => observer.stateDict());
}

describe.each([false, true])("a residual block (relu at the end: %s)", (relu) => {
  const pair = () => {
    const net = new Residual(relu);
    const eager = new EagerResidual(relu);
    eager.loadStateDict(net.stateDict());
    return { net, eager };
  };

  it("has the eager flow's observers and results after calibration", () => {
    const { net, eager } = pair();
    const graph = prepareFx(net.eval(), getDefaultQConfigMapping(), image());
    const fused = prepare(fuseModules(eager.eval(), fusedGroups), { qconfig: getDefaultQConfig() });
    for (const x of [image(), image(3)]) {
      const [a, b] = noGrad(() => [graph(x) as Tensor, fused(x)]);
      expect(a.data).toEqual(b.data);
    }
    expect(observed(graph)).toEqual(observed(fused));
  });

  it("has the eager flow's observers, results and gradients in training", () => {
    const { net, eager } = pair();
    const graph = prepareQatFx(net.train(), getDefaultQatQConfigMapping(), image());
    const fused = prepareQat(fuseModulesQat(eager.train(), fusedGroups), { qconfig: getDefaultQatQConfig() });
    for (const x of [image(), image(3)]) {
      const [a, b] = [graph(x) as Tensor, fused(x)];
      expect(a.data).toEqual(b.data);
      const gradient = randn(a.shape);
      for (const y of [a, b]) backward(y, gradient);
    }
    expect(observed(graph)).toEqual(observed(fused));
    const parameters = new Map(graph.namedParameters());
    for (const [path, { grad }] of fused.namedParameters()) {
      expect(parameters.get(path)!.grad?.data, path).toEqual(grad?.data);
    }
  });

  it("becomes these calls", () => {
    const graph = prepareFx(new Residual(relu).eval(), getDefaultQConfigMapping(), image());
    expect(calls(graph)).toEqual([
      "quant = quant(x)",
      "stem = stem(quant)",
      "conv1 = conv1(stem)",
      "conv2 = conv2(conv1)",
      "add_1 = add(conv2, stem)",
      "dequant = dequant(add_1)",
    ]);
    expect(graph.getSubmodule("conv1")).toBeInstanceOf(ConvReLU2d);
    expect(graph.graph.find("add_1").args[0]).toBe(relu ? "addRelu" : "add");
  });
});

describe("prepareFx", () => {
  it("leaves the model alone", () => {
    const net = new Residual(true).eval();
    const before = [String(net), [...net.stateDict().values()].map((x) => [...x.data])];
    const prepared = prepareFx(net, getDefaultQConfigMapping(), image());
    noGrad(() => prepared(image()));
    expect([String(net), [...net.stateDict().values()].map((x) => [...x.data])]).toEqual(before);
    expect(net.stem.weight).not.toBe((prepared.getSubmodule("stem") as Conv2d).weight);
  });

  it("puts stubs where values change sides, one for all who take a value", () => {
    const mapping = getDefaultQConfigMapping().setModuleName("middle", null);
    const graph = prepareFx(new Mixed().eval(), mapping, image());
    expect(calls(graph)).toEqual([
      "quant = quant(x)",
      "first = first(quant)",
      "dequant = dequant(first)",
      "middle = middle(dequant)",
      "quant_1 = quant_1(middle)",
      "add_1 = add(quant_1, first)",
      "dequant_1 = dequant_1(add_1)",
      "adaptive_avg_pool2d = adaptiveAvgPool2d(add_1)",
      "flatten = flatten(adaptive_avg_pool2d)",
      "last = last(flatten)",
      "dequant_2 = dequant_2(last)",
      "softmax = softmax(dequant_1)",
    ]);
    const middle = graph.getSubmodule("middle");
    expect([middle.qconfig, middle.forwardHooks.size]).toEqual([null, 0]);
    expect((noGrad(() => graph(image())) as Tensor[]).map(({ shape }) => [...shape])).toEqual([
      [2, 2],
      [2, 4, 8, 8],
    ]);
  });

  it("keeps functions with a null qconfig in float", () => {
    const mapping = getDefaultQConfigMapping().setObjectType("add", null);
    const graph = prepareFx(new Residual(false).eval(), mapping, image());
    expect(calls(graph)).toEqual([
      "quant = quant(x)",
      "stem = stem(quant)",
      "dequant_1 = dequant_1(stem)",
      "conv1 = conv1(stem)",
      "conv2 = conv2(conv1)",
      "dequant = dequant(conv2)",
      "add = add(dequant, dequant_1)",
    ]);
  });

  it("quantizes operations that broadcast", () => {
    class Gate extends Module<[Tensor], Tensor> {
      conv = new Conv2d(3, 3, 1);
      override forward(x: Tensor): Tensor {
        const y = this.conv(x);
        return mul(y, F.adaptiveAvgPool2d(y, 1));
      }
    }
    expect(calls(prepareFx(new Gate().eval(), getDefaultQConfigMapping(), image()))).toEqual([
      "quant = quant(x)",
      "conv = conv(quant)",
      "adaptive_avg_pool2d = adaptiveAvgPool2d(conv)",
      "mul_1 = mul(conv, adaptive_avg_pool2d)",
      "dequant = dequant(mul_1)",
    ]);
  });

  it("observes parameters and constants that are added or multiplied, and trains them", () => {
    class Affine extends Module<[Tensor], Tensor> {
      conv = new Conv2d(3, 3, 1);
      gain = new Parameter(randn([3, 1, 1]));
      shift = randn([1, 3, 8, 8]);
      override forward(x: Tensor): Tensor {
        return add(this.shift, mul(mul(this.conv(x), this.gain), mul(this.gain, this.gain))).relu();
      }
    }
    const prepared = prepareFx(new Affine().eval(), getDefaultQConfigMapping(), image());
    expect(calls(prepared)).toEqual([
      "quant = quant(x)",
      "conv = conv(quant)",
      "quant_1 = quant_1(gain)",
      "mul_3 = mul(conv, quant_1)",
      "mul_1 = mul(gain)",
      "quant_2 = quant_2(mul_1)",
      "mul_4 = mul_2(mul_3, quant_2)",
      "quant_3 = quant_3(_tensor_constant0)",
      "add_1 = add(quant_3, mul_4)",
      "dequant = dequant(add_1)",
    ]);
    const trained = prepareQatFx(new Affine().train(), getDefaultQatQConfigMapping(), image());
    backward(trained(image()).sum());
    expect(new Map(trained.namedParameters()).get("gain")!.grad).not.toBeNull();
  });

  describe("additive attention masks", () => {
    class Masked extends Module<[Tensor], Tensor> {
      scores = new Linear(4, 3);
      mask: Tensor;
      constructor(masked: number) {
        super();
        this.mask = tensor([
          [0, masked, masked],
          [0, 0, masked],
        ]);
      }
      override forward(x: Tensor): Tensor {
        const scores = this.scores(x);
        const firstRow = slice(this.mask, 0, 0, 1);
        const masked = [add(scores, this.mask), add(firstRow, scores), cat([scores, this.mask])];
        return cat(masked.map((y) => y.softmax({ dim: 1 })));
      }
    }
    const x = randn([2, 4]);
    const softmaxes = ["softmax", "softmax", "softmax"];
    const functions = (prepared: GraphModule) =>
      prepared.graph.nodes.filter(({ op }) => op === "callFunction").map(({ targetName }) => targetName);

    it.each([-Infinity, NaN])("of %s stay float", (masked) => {
      const prepared = prepareFx(new Masked(masked).eval(), getDefaultQConfigMapping(), x);
      expect(functions(prepared)).toEqual(["slice", "add", "add", "cat", ...softmaxes]);
    });

    it("of −∞ calibrate and train", () => {
      const net = () => new Masked(-Infinity);
      const prepared = prepareFx(net().eval(), getDefaultQConfigMapping(), x);
      expect(noGrad(() => prepared(x) as Tensor).data.every(Number.isFinite)).toBe(true);
      const trained = prepareQatFx(net().train(), getDefaultQatQConfigMapping(), x);
      backward((trained(x) as Tensor).sum());
    });

    it("of large numbers stay float by setObjectType alone", () => {
      const mapping = getDefaultQConfigMapping();
      expect(functions(prepareFx(new Masked(-1e9).eval(), mapping, x))).toEqual(["slice", ...softmaxes]);
      mapping.setObjectType("add", null);
      expect(functions(prepareFx(new Masked(-1e9).eval(), mapping, x))).toEqual([
        "slice",
        "add",
        "add",
        ...softmaxes,
      ]);
    });
  });

  it("puts the stubs of a model that has its own anew", () => {
    const wrapped = prepareFx(
      new QuantWrapper(new Linear(4, 2)).eval(),
      getDefaultQConfigMapping(),
      randn([2, 4]),
    );
    expect(calls(wrapped)).toEqual([
      "quant_1 = quant(x)",
      "module = module(quant_1)",
      "dequant_1 = dequant(module)",
    ]);
  });

  it("quantizes functional layers and activations", () => {
    const graph = prepareFx(new Functional().eval(), getDefaultQConfigMapping(), image());
    expect(calls(graph)).toEqual([
      "quant = quant(x)",
      "conv2d = conv2d(quant)",
      "add_2 = add(conv2d)",
      "add_3 = add_1(add_2)",
      "mul_1 = mul(add_3, conv2d)",
      "adaptive_avg_pool2d = adaptiveAvgPool2d(mul_1)",
      "flatten = flatten(adaptive_avg_pool2d)",
      "linear = linear(flatten)",
      "hardsigmoid_1 = hardsigmoid(linear)",
      "dequant = dequant(hardsigmoid_1)",
    ]);
    const watched = graph.graph.nodes.filter(
      (node) => node.op === "callModule" && activationQuantizerOf(graph.moduleOf(node)),
    );
    expect(watched.map(String)).toEqual([
      "quant",
      "conv2d",
      "add_2",
      "add_3",
      "mul_1",
      "linear",
      "hardsigmoid_1",
    ]);
  });

  it("watches functions with options as their modules", () => {
    class Options extends Module<[x: Tensor], Tensor> {
      conv = new Conv2d(3, 4, 1);

      override forward(x: Tensor): Tensor {
        const y = F.gelu(F.gelu(F.elu(this.conv(x), { alpha: 0.5 }), { approximate: "tanh" }));
        return F.leakyRelu(y, { negativeSlope: 0.2 });
      }
    }
    const model = new Options().eval();
    const graph = prepareFx(model, getDefaultQConfigMapping(), image());
    const watched = [...graph.modules()].filter((module) => activationQuantizerOf(module));
    expect(watched).toHaveLength(6);
    const options = [
      { alpha: 0.5 },
      { approximate: "tanh" },
      { approximate: "none" },
      { negativeSlope: 0.2 },
    ];
    for (const one of options) expect(watched).toContainEqual(expect.objectContaining(one));
    const x = image();
    expect(noGrad(() => graph(x)).toArray()).toEqual(noGrad(() => model(x)).toArray());
  });

  it("takes its own stub for each qconfig that a value is taken with", () => {
    const other = QConfig({ ...getDefaultQConfig(), activation: MinMaxObserver.withArgs() });
    class Heads extends Module<[Tensor], Tensor[]> {
      a = new Linear(4, 2);
      b = new Linear(4, 2);
      override forward(x: Tensor): Tensor[] {
        return [this.a(x), this.b(x)];
      }
    }
    const graph = prepareFx(
      new Heads().eval(),
      getDefaultQConfigMapping().setModuleName("b", other),
      randn([2, 4]),
    );
    const [a, b] = ["quant", "quant_1"].map(
      (path) => activationQuantizerOf(graph.getSubmodule(path))!.observer.className,
    );
    expect([a, b].sort()).toEqual(["HistogramObserver", "MinMaxObserver"]);
  });

  it("refuses what it cannot prepare", () => {
    const mapping = getDefaultQConfigMapping();
    expect(() => prepareFx(new Residual(true).train(), mapping, image())).toThrow(
      "prepareFx of Residual: expected a model in evaluation mode, got one in training mode.\n" +
        "Call model.eval() first, or use prepareQatFx to train it.",
    );
    expect(() => prepareQatFx(new Residual(true).eval(), mapping, image())).toThrow(
      /^prepareQatFx of Residual: expected a model in training mode/,
    );
    expect(() => prepareQatFx(new Residual(true).train(), mapping, image())).toThrow(
      /^prepareQat of stem \(Conv2d\): expected a qconfig whose weight quantizer rounds/,
    );
    expect(() => prepareFx(new Residual(true).eval(), new QConfigMapping(), image())).toThrow(
      "prepareFx of Residual: expected a mapping with a qconfig for some of the model's operations, got none.\n" +
        "new QConfigMapping().setGlobal(getDefaultQConfig()) has one for all.",
    );
    expect(() =>
      prepareFx(new Upsample({ scaleFactor: 2 }).eval(), getDefaultQConfigMapping(), image()),
    ).toThrow(
      /^prepareFx of Upsample: expected a layer, stub or activation whose range can be observed, .* got (Upsample|interpolate)\.\n/,
    );
    class Shifted extends Module<[x: Tensor], Tensor> {
      override forward(x: Tensor): Tensor {
        return add(x, 2);
      }
    }
    expect(() => prepareFx(new Shifted().eval(), getDefaultQConfigMapping(), image())).toThrow(
      /^prepareFx of Shifted: expected a layer, stub or activation whose range can be observed, .* got add\.\n/,
    );
    expect(() => prepareFx(new Residual(true).eval(), getDefaultQConfig() as never, image())).toThrow(
      /^prepareFx: expected a QConfigMapping, got object\.\ngetDefaultQConfigMapping\(\) makes one/,
    );
    expect(() => prepareQatFx(new Residual(true).train(), mapping, undefined as never)).toThrow(
      "prepareQatFx: expected example inputs: a tensor, or a list of forward's arguments, got undefined.",
    );
    const misspelt = getDefaultQConfigMapping().setModuleName("stemm", null);
    expect(() => prepareFx(new Residual(true).eval(), misspelt, image())).toThrow(
      /^prepareFx: expected a mapping that names modules of the model, got "stemm"\.\nIts modules: .*\bstem\b/,
    );
    const prepared = prepareFx(new Residual(true).eval(), mapping, image());
    expect(() => prepareFx(prepared, mapping, image())).toThrow(/expected a model that was not prepared yet/);
  });

  it("refuses entries that match nothing", () => {
    const run = (change: (mapping: QConfigMapping) => QConfigMapping) => () =>
      prepareFx(new Residual(true).eval(), change(getDefaultQConfigMapping()), image());
    const regex = run((mapping) =>
      mapping.setModuleNameRegex(/stem|conv/, null).setModuleNameRegex(/onv1/, null),
    );
    expect(regex).toThrow(ArgumentError);
    expect(regex).toThrow(
      "prepareFx: expected a mapping with patterns that match paths of the model from their beginning, got /onv1/.\n" +
        "Its modules: stem, conv1,",
    );
    const order = run((mapping) => mapping.setModuleNameObjectTypeOrder("", Conv2d, 7, null));
    expect(order).toThrow(ArgumentError);
    expect(order).toThrow(
      'prepareFx: expected a mapping with orders of calls that the model has, got Conv2d 7 in "".\n' +
        'Its calls: Conv2d 0, 1, 2 in ""; BatchNorm2d 0, 1 in ""; ReLU 0, 1 in ""; add 0 in "".',
    );
  });

  it("warns of types that the model does not call, but not of its own defaults", () => {
    const warnings: string[] = [];
    onWarning((message) => warnings.push(message));
    try {
      const mapping = getDefaultQConfigMapping("fbgemm");
      prepareFx(new Residual(true).eval(), mapping, image());
      expect(warnings).toEqual([]);
      mapping.setObjectType("cat", null).setObjectType(Residual, null).setObjectType(F.relu, null);
      prepareFx(new Residual(true).eval(), mapping, image());
      expect(warnings).toEqual([
        "prepareFx: the mapping's entries for cat, Residual, relu match no call of the model, so they change nothing. Its calls: Conv2d, " +
          "BatchNorm2d, ReLU, add. Classes are compared exactly, and only of modules that are called as a whole.",
      ]);
    } finally {
      onWarning(null);
    }
  });

  it("leaves a relu float in one place that is fused in another", () => {
    class Around extends Module<[Tensor], Tensor> {
      conv1 = new Conv2d(3, 3, 1);
      conv2 = new Conv2d(3, 3, 1);
      bn = new BatchNorm2d(3);
      relu = new ReLU();
      override forward(x: Tensor): Tensor {
        return this.relu(this.bn(this.conv2(this.relu(this.conv1(this.relu(x))))));
      }
    }
    const mapping = getDefaultQConfigMapping().setModuleName("conv1", null);
    const model = new Around().eval();
    const prepared = prepareFx(model, mapping, image());
    expect(prepared.graph.nodes.map(String)).toEqual([
      "x",
      "relu",
      "conv1",
      "quant",
      "conv2",
      "dequant",
      "output",
    ]);
    const [conv1, conv2] = [prepared.getSubmodule("conv1"), prepared.getSubmodule("conv2")];
    expect([conv1, conv2].map((module) => [module.typeName(), module.qconfig !== null])).toEqual([
      ["ConvReLU2d", false],
      ["ConvReLU2d", true],
    ]);
    const x = image();
    expect([...(prepared(x) as Tensor).toArray()]).toEqual([
      ...(fuseModules(trace(model, x), x).model(x) as Tensor).toArray(),
    ]);
    prepareQatFx(new Around().train(), getDefaultQatQConfigMapping(), image());
  });

  it("refuses two qconfigs for one layer", () => {
    const layer = new Linear(3, 3);
    class Twice extends Module<[Tensor], Tensor> {
      layer = layer;
      override forward(x: Tensor): Tensor {
        return this.layer(this.layer(x));
      }
    }
    const mapping = getDefaultQConfigMapping().setModuleNameObjectTypeOrder("", Linear, 1, null);
    expect(() => prepareFx(new Twice().eval(), mapping, randn([2, 3]))).toThrow(
      /^layer \(Linear\): expected one qconfig for a module that is called twice, got QConfig\(.*\) and null\./,
    );
  });
});

describe("prepareQatFx", () => {
  it("trains weights of fused and functional layers", () => {
    const graph = prepareQatFx(new Functional().train(), getDefaultQatQConfigMapping(), image());
    const trained = [...graph.namedModules()].filter(([, module]) => module instanceof QatLayer);
    expect(trained.map(([path, module]) => [path, module.typeName()])).toEqual([
      ["conv2d", "ConvReLU2d"],
      ["linear", "Linear"],
    ]);
  });
});

describe("default mappings", () => {
  const group = goldens("defaults");
  it.each(["fbgemm", "x86", "qnnpack", "onednn"] as const)(
    "%s: one scale for transposed convolutions, as torch",
    (engine) => {
      const [row] = group.select(`get_default_qconfig_mapping/${engine}`);
      const { object_type_qconfigs: entries } = row.tables.mapping as {
        object_type_qconfigs: [string, number][];
      };
      expect(entries.some(([type]) => type === "nn.ConvTranspose2d")).toBe(true);
      for (const [mapping, defaults] of [
        [getDefaultQConfigMapping(engine), getDefaultQConfig],
        [getDefaultQatQConfigMapping(engine), getDefaultQatQConfig],
      ] as const) {
        const up = mapping.find({ path: "up", type: ConvTranspose2d })!;
        expect(up.weight!.equals(defaults("qnnpack").weight!)).toBe(true);
        expect(up.activation!.equals(defaults(engine).activation!)).toBe(true);
        expect(sameQConfig(mapping.find({ path: "conv", type: Conv2d }), defaults(engine))).toBe(true);
      }
    },
  );

  it("octavo: a scale per channel", () => {
    const mapping = getDefaultQConfigMapping();
    expect(sameQConfig(mapping.find({ path: "up", type: ConvTranspose2d }), getDefaultQConfig())).toBe(true);
  });
});

const mappings = goldens("qconfig-mapping");
describe.skipIf(mappings.absent)(`${mappings.title}, fused groups`, () => {
  class Fused extends Module<[Tensor], Tensor> {
    conv = new Conv2d(4, 4, 3);
    bn = new BatchNorm2d(4);
    relu = new ReLU();
    pool = new MaxPool2d(2);
    sig = new Sigmoid();
    override forward(x: Tensor): Tensor {
      return this.sig(this.pool(this.relu(this.bn(this.conv(x)))));
    }
  }
  const types = {
    "nn.Conv2d": Conv2d,
    "nn.BatchNorm2d": BatchNorm2d,
    "nn.ReLU": ReLU,
    "nn.MaxPool2d": MaxPool2d,
    "nn.Sigmoid": Sigmoid,
  };
  const quantMaxOf = (row: GoldenCase, name: string | null) =>
    name === null ? null : (row.args.qconfigs as Record<string, { quant_max: number }>)[name].quant_max;
  const qconfigOf = (row: GoldenCase, name: string | null) => {
    const quantMax = quantMaxOf(row, name);
    const activation = quantMax === null ? null : MinMaxObserver.withArgs({ quantMin: 0, quantMax });
    return activation && QConfig({ ...getDefaultQConfig(), activation });
  };

  function mappingOf(row: GoldenCase): QConfigMapping {
    const mapping = new QConfigMapping();
    for (const [setter, ...args] of row.args.mapping as (string | null)[][]) {
      const qconfig = qconfigOf(row, args[args.length - 1]);
      if (setter === "set_global") mapping.setGlobal(qconfig);
      else if (setter === "set_module_name") mapping.setModuleName(args[0]!, qconfig);
      else mapping.setObjectType(types[args[0] as keyof typeof types], qconfig);
    }
    return mapping;
  }

  /** Largest integer of the observer on the group's output; null without one. */
  const rangeOf = (row: GoldenCase) => {
    const prepared = prepareFx(new Fused().eval(), mappingOf(row), randn([1, 4, 8, 8]));
    return activationQuantizerOf(prepared.getSubmodule("conv"))?.observer.quantMax ?? null;
  };

  /** A member's own entry differs from its root's: an error here. torch ignores it, except one by type that is not null. */
  const disagreeing = [
    "fused: qconfig by type of the batch norm only",
    "fused: qconfig by type of the relu only",
    "fused: None by type of the relu only",
    "fused: different names on conv and relu",
    "fused: name on the relu only",
  ];
  /** The group is the root's: torch refuses another qconfig by type, and ignores null by type. */
  const rootDecides = [
    "fused: qconfig by type of the conv only",
    "fused: None by type of the conv only",
    "fused: None by type of all three",
  ];
  const rows = mappings.select("fused: ");

  it.each(rows.filter(({ name }) => disagreeing.includes(name)).map((row) => [row.name, row] as const))(
    "%s",
    (_, row) => {
      expect(() => rangeOf(row)).toThrow(
        /^fused group conv, bn, relu: expected one qconfig for the whole group, that of conv: /,
      );
    },
  );

  it.each(rows.filter(({ name }) => rootDecides.includes(name)).map((row) => [row.name, row] as const))(
    "%s",
    (_, row) => {
      const entries = row.args.mapping as (string | null)[][];
      const own = entries.find(([, type]) => type === "nn.Conv2d")!;
      expect(rangeOf(row)).toBe(quantMaxOf(row, own[2]));
    },
  );

  const same = rows.filter(({ name }) => !disagreeing.includes(name) && !rootDecides.includes(name));
  it.each(same.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const { conv } = row.tables.node_qconfig as Record<string, string | null>;
    expect(rangeOf(row)).toBe(quantMaxOf(row, conv));
  });
});

const fx = goldens("fx");
describe.skipIf(fx.absent)(fx.title, () => {
  const channelsOf = (row: GoldenCase) => row.input("float.stem.weight").shape[0];
  const nets = {
    residual: (row: GoldenCase) => new Residual(false, channelsOf(row)),
    "residual-relu": (row: GoldenCase) => new Residual(true, channelsOf(row)),
    functional: (row: GoldenCase) => {
      const [channels, inChannels] = row.input("float.w").shape;
      return new Functional(inChannels, channels, row.input("float.wl").shape[0]);
    },
  };

  it.each(Object.entries(nets))("%s: torch's observers, with its ranges", (name, make) => {
    const [row] = fx.select(`${name}/native/fbgemm`);
    const input = (role: string) => tensor(row.input(role).data as Float32Array, row.input(role).shape);
    const net = make(row).eval();
    const state = Object.keys(row.inputs).filter(
      (role) => role.startsWith("float.") && !role.endsWith("tracked"),
    );
    net.loadStateDict(new Map(state.map((role) => [role.slice("float.".length), input(role)])), {
      strict: false,
    });
    const graph = prepareFx(net, getDefaultQConfigMapping("fbgemm"), input("calib.0"));
    for (const i of [0, 1, 2]) noGrad(() => graph(input(`calib.${i}`)));
    const expected = (row.tables.observers as Record<string, unknown>[]).filter(
      (entry) => entry.same_as === entry.node && entry.class === "HistogramObserver",
    );
    const actual = graph.graph.nodes
      .filter((node) => node.op === "callModule")
      .map((node) => activationQuantizerOf(graph.moduleOf(node)))
      .filter((quantizer) => quantizer?.observer.className === "HistogramObserver" && quantizer.hasQParams);
    expect(actual.length).toBe(expected.length);
    for (const [i, quantizer] of actual.entries()) {
      const { minVal, maxVal } = quantizer!.observer as unknown as { minVal: number; maxVal: number };
      const { min_val: min, max_val: max } = expected[i] as { min_val: number; max_val: number };
      // torch shares this observer with the addition of a number that follows, so that it sees both results.
      if (name === "functional" && expected[i].of === "add") continue;
      const size = Math.max(Math.abs(min), Math.abs(max));
      expect(
        Math.max(Math.abs(minVal - min), Math.abs(maxVal - max)) / size,
        `${expected[i].of}`,
      ).toBeLessThanOrEqual(1e-5);
    }
  });
});
