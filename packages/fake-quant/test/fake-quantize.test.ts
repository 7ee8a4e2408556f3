import {
  FixedQParamsObserver,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  PlaceholderObserver,
} from "@octavo/observers";
import { Module } from "@octavo/nn";
import { onWarning, QuantizationError } from "@octavo/spec";
import { randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import {
  disableFakeQuant,
  disableObserver,
  enableFakeQuant,
  enableObserver,
  FakeQuantize,
  fakeQuantizeWith,
  observeWith,
} from "../src/index.ts";

const perTensor = MovingAverageMinMaxObserver.withArgs({ reduceRange: true });
const perChannel = MovingAveragePerChannelMinMaxObserver.withArgs({
  dtype: "qint8",
  qscheme: "perChannelSymmetric",
});

class Net extends Module<[Tensor], Tensor> {
  activation = new FakeQuantize(perTensor);
  weight = new FakeQuantize(perChannel);
  override forward(x: Tensor): Tensor {
    return this.weight(this.activation(x));
  }
}

describe("FakeQuantize", () => {
  it("watches without rounding when made for calibration", () => {
    const x = randn([8]);
    const watcher = observeWith(HistogramObserver.withArgs()).create();
    expect(watcher.hasQParams).toBe(false);
    expect(watcher(x)).toBe(x);
    expect(watcher.hasQParams).toBe(true);
    expect(watcher.scale).toEqual(watcher.observer.calculateQParams().scale);
  });

  it("keeps qparams set by hand until it observes", () => {
    const module = new FakeQuantize(perTensor);
    const [scale, zeroPoint] = [Float32Array.of(0.5), Int32Array.of(0)];
    const range = {
      dtype: "quint8",
      qscheme: "perTensorAffine",
      axis: null,
      quantMin: 0,
      quantMax: 127,
    } as const;
    module.qparams = { scale, zeroPoint, ...range };
    expect(
      module
        .disableObserver()(tensor([0.7]))
        .item(),
    ).toBe(0.5);
    module.enableObserver()(tensor([0, 127]));
    expect(module.scale[0]).toBe(1);
  });

  it("has no range of its own after one has asked for its scale", () => {
    onWarning(() => {});
    try {
      const module = new FakeQuantize(perTensor);
      expect([...module.scale]).toEqual([1]);
      expect(module.hasQParams).toBe(false);
    } finally {
      onWarning(null);
    }
  });

  it("refuses observers without a range, when they are to round", () => {
    const placeholder = PlaceholderObserver.withArgs();
    expect(() => new FakeQuantize(placeholder)).toThrow(
      "PlaceholderObserver: expected an observer with an integer range, got PlaceholderObserver without one.\n" +
        "Use MinMaxObserver or another that measures a range, or only watch: fakeQuantEnabled false.",
    );
    const watcher = new FakeQuantize(placeholder, { fakeQuantEnabled: false });
    expect(() => watcher.enableFakeQuant()).toThrow(QuantizationError);
    const x = randn([2]);
    expect(watcher(x)).toBe(x);
  });

  it("does not take a batch with NaN, and names the observer", () => {
    const module = new FakeQuantize(perTensor);
    module.observer.name = "fc.activationPostProcess";
    expect(() => module(tensor([1, Number.NaN]))).toThrow(
      /^fc\.activationPostProcess \(batch 1\): expected finite/,
    );
    expect(module.hasQParams).toBe(false);
  });

  it("is switched for a whole model", () => {
    const net = new Net();
    const switches = () =>
      [net.activation, net.weight].flatMap((m) => [m.observerEnabled, m.fakeQuantEnabled]);
    net.apply(disableObserver);
    expect(switches()).toEqual([false, true, false, true]);
    net.apply(disableFakeQuant).apply(enableObserver);
    expect(switches()).toEqual([true, false, true, false]);
    net.apply(enableFakeQuant);
    expect(switches()).toEqual([true, true, true, true]);
  });

  it("is cloned with an observer of its own", () => {
    const original = new Net();
    original(randn([3, 4]));
    const copy = original.clone();
    expect(copy.activation.observer.stateDict()).toEqual(original.activation.observer.stateDict());
    expect(copy.weight.qparams).toEqual(original.weight.qparams);
    const before = original.weight.observer.stateDict();
    copy.apply(disableFakeQuant);
    copy(randn([3, 4]).mul(100));
    expect(original.weight.observer.stateDict()).toEqual(before);
    expect(original.weight.fakeQuantEnabled).toBe(true);
    expect(copy.weight.observer.stateDict()).not.toEqual(before);
  });

  it("prints what it does", () => {
    const module = fakeQuantizeWith(perTensor).create();
    expect(String(module)).toBe(
      "FakeQuantize(MovingAverageMinMaxObserver(min_val=inf, max_val=-inf), quint8 0..127, perTensorAffine)",
    );
    module.disableObserver().disableFakeQuant();
    expect(String(module)).toMatch(/perTensorAffine, observer off, rounding off\)$/);
    expect(String(observeWith(MinMaxObserver.withArgs()).create())).toBe(
      "MinMaxObserver(min_val=inf, max_val=-inf)",
    );
  });
});

describe("factories", () => {
  it("put channels along an axis, where there are channels", () => {
    expect(fakeQuantizeWith(perChannel).along(1).create().observer.axis).toBe(1);
    expect(fakeQuantizeWith(perTensor).along(1).equals(fakeQuantizeWith(perTensor))).toBe(true);
  });

  it("are equal when observer and rounding are", () => {
    expect(fakeQuantizeWith(perTensor).equals(observeWith(perTensor))).toBe(false);
    expect(fakeQuantizeWith(perTensor).equals(fakeQuantizeWith(perChannel))).toBe(false);
  });
});

describe("state dict", () => {
  it("comes back, also of a quantizer that saw nothing", () => {
    const original = new Net();
    original.activation(randn([5]));
    original.apply(disableObserver);
    const copy = new Net();
    copy.loadStateDict(original.stateDict());
    expect(copy.activation.qparams).toEqual(original.activation.qparams);
    expect(copy.activation.observer.stateDict()).toEqual(original.activation.observer.stateDict());
    expect([copy.weight.hasQParams, copy.weight.observerEnabled]).toEqual([false, false]);
  });

  it("of fixed qparams", () => {
    const options = { dtype: "qint8", quantMin: -128, quantMax: 127 } as const;
    const original = new FakeQuantize(
      FixedQParamsObserver.withArgs({ scale: 0.5, zeroPoint: -3, ...options }),
    );
    const copy = new FakeQuantize(FixedQParamsObserver.withArgs({ scale: 1, zeroPoint: 0, ...options }));
    copy.loadStateDict(original.stateDict());
    expect(copy.qparams).toMatchObject({ scale: Float32Array.of(0.5), zeroPoint: Int32Array.of(-3) });
  });

  const qat = goldens("eager-qat");
  const ptq = goldens("eager-ptq");
  it.skipIf(qat.absent).each([
    ["stem.weight_fake_quant.", new FakeQuantize(perChannel), qat],
    ["stem.activation_post_process.", new FakeQuantize(perTensor), qat],
    [
      "stem.activation_post_process.",
      observeWith(HistogramObserver.withArgs({ reduceRange: true })).create(),
      ptq,
    ],
  ])("has torch's names, shapes and dtypes: %s", (prefix, module, group) => {
    const [row] = group.select("residual/fbgemm");
    const rows = (row.tables.state_dict as Record<string, [string, number[], string][]>).prepared;
    const expected = rows.filter(([name]) => name.startsWith(prefix));
    const actual = [...module.stateDict(prefix.slice(0, -1))].map(([name, x]) => [
      name,
      [...x.shape],
      x.dtype,
    ]);
    expect(actual).toEqual(expected);
  });

  it.skipIf(qat.absent)("is read from torch", () => {
    const [row] = qat.select("residual/fbgemm/v0");
    const prefix = "final.stem.weight_fake_quant.";
    const module = new FakeQuantize(perChannel);
    const state = [...module.stateDict().keys()].map((name) => {
      const { data, shape, dtype } = row.output(prefix + name);
      return [name, tensor(data as Float32Array, shape, { dtype })] as const;
    });
    module.loadStateDict(new Map(state));
    expect(module.observerEnabled).toBe(false);
    expect(module.scale).toEqual(row.floats(`${prefix}scale`));
    expect(module.qparams.zeroPoint).toEqual(row.output(`${prefix}zero_point`).data);
    expect(module.observer.calculateQParams().scale).toEqual(row.floats(`${prefix}scale`));
  });
});
