import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "@octavo/spec";
import { full, noGrad, ones, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import {
  BatchNorm2d,
  Conv2d,
  Embedding,
  F,
  init,
  Linear,
  Module,
  ModuleList,
  ReLU,
  Sequential,
} from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";

class Tower extends Module<[x: Tensor], Tensor> {
  stem = new Conv2d(1, 2, 1, { bias: false });
  layers = new ModuleList([new BatchNorm2d(2), new ReLU()]);
  headOnTop = new Conv2d(2, 2, 1);

  override forward(x: Tensor): Tensor {
    let y = this.stem(x);
    for (const layer of this.layers) y = layer(y);
    return this.headOnTop(y);
  }
}

const x = randn([2, 1, 3, 3]);

describe("a module", () => {
  it("finds its modules, parameters and buffers by their fields", () => {
    const model = new Tower();
    const names = (entries: Iterable<[string, unknown]>) => [...entries].map(([name]) => name);
    expect(names(model.namedModules())).toEqual(["", "stem", "layers", "layers.0", "layers.1", "headOnTop"]);
    expect(names(model.namedParameters())).toEqual([
      "stem.weight",
      "layers.0.weight",
      "layers.0.bias",
      "headOnTop.weight",
      "headOnTop.bias",
    ]);
    expect(names(model.namedBuffers())).toContain("layers.0.numBatchesTracked");
    expect([...model.stateDict().keys()]).toContain("head_on_top.weight");
    expect(model.getSubmodule("layers.1")).toBe(model.layers[1]);
    expect(() => model.getSubmodule("layers.2")).toThrow(ArgumentError);
    expect(() => model.getSubmodule("layers.2")).toThrow(
      'expected one of the children of ModuleList: 0, 1, got "2"',
    );
  });

  it("trains and evaluates with all its children", () => {
    const model = new Tower();
    const norm = model.layers[0] as BatchNorm2d;
    model.eval();
    model(x);
    expect(norm.training).toBe(false);
    expect(norm.numBatchesTracked!.item()).toBe(0);
    model.train()(x);
    expect(norm.numBatchesTracked!.item()).toBe(1);
  });

  it("visits children first, as torch's apply", () => {
    const seen: string[] = [];
    new Tower().apply((module) => void seen.push(module.typeName()));
    expect(seen).toEqual(["Conv2d", "BatchNorm2d", "ReLU", "ModuleList", "Conv2d", "Tower"]);
  });

  it("runs hooks, which may replace the output, until they are removed", () => {
    const layer = new ReLU();
    const remove = layer.registerForwardHook((_module, _inputs, output) => (output as Tensor).add(1));
    expect(layer(ones([1])).item()).toBe(2);
    remove();
    expect(layer(ones([1])).item()).toBe(1);
  });

  it("has containers that say how they are called", () => {
    expect(() => new ModuleList([new ReLU()])()).toThrow("Loop over it in forward");
    const named = new Sequential({ act: new ReLU() }).append(new ReLU(), "again");
    expect([...named.namedChildren()].map(([name]) => name)).toEqual(["act", "again"]);
    expect(() => named.append(new ReLU())).toThrow(
      'Sequential: expected a name that comes after act, again, got "2".',
    );
    expect(named.size).toBe(2);
    expect(new Sequential(new ReLU()).append(new ReLU()).size).toBe(2);
  });

  it("names the module in errors, and the rank it wants", () => {
    expect(() => new Sequential(new BatchNorm2d(3))(ones([2, 3]))).toThrow(
      "0 (BatchNorm2d): expected an input of rank 4, [batch, 3 channels, …], got [2, 3].",
    );
    expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow("channels that divide into the groups");
  });
});

describe("state dicts", () => {
  const networks = fc
    .array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 })
    .map(
      (widths) => () =>
        new Sequential(
          ...widths
            .slice(1)
            .flatMap((width, i) => [
              new Conv2d(widths[i], width, [1, 2]),
              new BatchNorm2d(width),
              new ReLU(),
            ]),
        ),
    );
  const values = (state: StateDict) => [...state].map(([name, value]) => [name, value.toArray()]);

  it("save and load is the identity, and so is clone", () => {
    fc.assert(
      fc.property(networks, (make) => {
        const [original, other] = [make(), make()];
        original(randn([3, (original[0] as Conv2d).inChannels, 2, 9]));
        other.loadStateDict(original.stateDict());
        expect(values(other.stateDict())).toEqual(values(original.stateDict()));
        const copy = original.clone();
        expect(values(copy.stateDict())).toEqual(values(original.stateDict()));
        for (const [name, value] of copy.stateDict()) {
          expect(value.storage).not.toBe(original.stateDict().get(name)!.storage);
        }
        expect(String(copy)).toBe(String(original));
      }),
      { numRuns: 30 },
    );
  });

  it("that do not fit name every key, and change nothing", () => {
    const model = new Linear(2, 2);
    const before = model.weight.data.slice();
    const state = new Map([
      ["weight", ones([2, 3])],
      ["bias", full([2], 1, { dtype: "int32" })],
      ["scale", ones([1])],
    ]);
    expect(() => model.loadStateDict(state)).toThrow(ShapeError);
    expect(() => model.loadStateDict(state)).toThrow(
      "weight is [2, 3] and should be [2, 2]; bias is int32 and should be float32; 1 unknown: scale.",
    );
    expect(() => model.loadStateDict(new Map())).toThrow(
      "2 missing: weight, bias.\nstrict: false ignores missing and unknown names, and returns them all.",
    );
    expect(model.loadStateDict(new Map(), { strict: false }).missingKeys).toEqual(["weight", "bias"]);
    expect(model.weight.data).toEqual(before);
  });

  it("of many names show how many, and the first few", () => {
    const deep = () => new Sequential(...Array.from({ length: 6 }, () => new Linear(1, 1)));
    expect(() => deep().loadStateDict(new Map([["fc", ones([1])]]))).toThrow(
      "got 12 missing: 0.weight, 0.bias, 1.weight, 1.bias, 2.weight and 7 more; 1 unknown: fc.\n",
    );
    const larger = new Map([...deep().stateDict()].map(([name]) => [name, ones([3])]));
    expect(() => deep().loadStateDict(larger)).toThrow(
      /got 0\.weight is \[3\] and should be \[1, 1\]; .*; 2\.weight is .* \[1, 1\] and 7 more\.$/,
    );
  });

  it("of one beginning say what to do", () => {
    const model = new Linear(2, 2);
    const inside = new Sequential({ module: model });
    expect(() => model.loadStateDict(inside.stateDict())).toThrow(
      "got 2 missing: weight, bias; 2 unknown: module.weight, module.bias.\n" +
        'Each name begins with "module." that the model\'s lack: new Map([...state].map(([name, x]) => [name.slice(7), x]))',
    );
    expect(() => inside.loadStateDict(model.stateDict())).toThrow(
      'The names are those of the module at "module": load the state there.',
    );
    expect(() =>
      inside.loadStateDict(
        new Map([
          ["a.weight", ones([1])],
          ["a.bias", ones([1])],
        ]),
      ),
    ).toThrow("strict: false ignores");
  });

  it("of one beginning for some names say nothing of it: the others would lose theirs", () => {
    const model = new Sequential({ body: new Linear(1, 1), head: new Linear(1, 1) });
    const state = [...model.stateDict()].map(
      ([name, x]) => [name.startsWith("body") ? `module.${name}` : name, x] as const,
    );
    expect(() => model.loadStateDict(new Map(state))).toThrow(
      "2 unknown: module.body.weight, module.body.bias.\nstrict: false ignores",
    );
  });

  it("without tensors name what is none", () => {
    expect(() =>
      new Linear(1, 1).loadStateDict(
        new Map([
          ["weight", [[1]]],
          ["bias", null],
        ]) as never,
      ),
    ).toThrow("got weight is Array of length 1 and should be a tensor; bias is null and should be a tensor.");
  });

  it("repeat a module under each of its names, as torch's", () => {
    const shared = new Linear(1, 1);
    expect([...new Sequential({ a: shared, b: shared }).stateDict().keys()]).toEqual([
      "a.weight",
      "a.bias",
      "b.weight",
      "b.bias",
    ]);
  });

  it("hold what modules save by themselves", () => {
    class Counter extends Module<[x: Tensor], Tensor> implements ExtraState {
      count = 3;
      override forward(x: Tensor): Tensor {
        return x;
      }
      extraState(): StateDict {
        return new Map([["how_often", tensor([this.count])]]);
      }
      loadExtraState(state: ReadonlyMap<string, Tensor>): void {
        this.count = state.get("how_often")?.item() ?? this.count;
      }
    }
    const model = new Sequential(new Counter());
    const state = model.stateDict();
    expect([...state.keys()]).toEqual(["0.how_often"]);
    state.set("0.how_often", tensor([7]));
    model.loadStateDict(state);
    expect((model[0] as Counter).count).toBe(7);
  });
});

describe("initialisation", () => {
  it("of layers lies within ±1/√fanIn, as torch's", () => {
    const layer = new Conv2d(8, 64, 3);
    const bound = 1 / Math.sqrt(8 * 9);
    for (const parameter of layer.parameters()) {
      const largest = Math.max(...parameter.data.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.9 * bound);
    }
  });

  it("has the variance that was asked for", () => {
    const weight = ones([256, 64]);
    const std = () => noGrad(() => F.mseLoss(weight, full([256, 64], 0)).item() ** 0.5);
    init.kaimingNormal_(weight, { nonlinearity: "relu" });
    expect(std()).toBeCloseTo(Math.sqrt(2 / 64), 2);
    init.xavierUniform_(weight);
    expect(std()).toBeCloseTo(Math.sqrt(2 / 320), 2);
    expect(() => init.kaimingUniform_(ones([3]))).toThrow(ShapeError);
  });

  it("leaves the padding row of an embedding at zero", () => {
    const table = new Embedding(3, 2, { paddingIdx: 1 });
    expect([...table(tensor([1], { dtype: "int32" })).data]).toEqual([0, 0]);
  });
});
