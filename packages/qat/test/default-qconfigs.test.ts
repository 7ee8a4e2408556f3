import { MinMaxObserver } from "@octavo/observers";
import type { ObserverFactory } from "@octavo/observers";
import { FakeQuantize } from "@octavo/fake-quant";
import { ArgumentError } from "@octavo/spec";
import { goldens } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import {
  defaultDynamicQConfig,
  floatQParamsWeightOnlyQConfig,
  floatQParamsWeightOnlyQConfig4Bit,
  getDefaultQatQConfig,
  getDefaultQConfig,
  perChannelDynamicQConfig,
  QConfig,
  sameQConfig,
} from "../src/index.ts";
import type { Engine } from "../src/index.ts";

const group = goldens("defaults");
const engines = ["fbgemm", "x86", "qnnpack", "onednn"] as const;

interface Constructor {
  readonly class: string;
  readonly instance: Readonly<Record<string, unknown>> & {
    readonly observer?: Readonly<Record<string, unknown>>;
  };
}

const qschemes: Record<string, string> = {
  per_tensor_affine: "perTensorAffine",
  per_tensor_symmetric: "perTensorSymmetric",
  per_channel_symmetric: "perChannelSymmetric",
  per_channel_affine_float_qparams: "perChannelAffineFloatQParams",
};

/** What torch's observer of that kind has, in our names. */
function torchObserver({ instance }: Constructor): object {
  const { observer = instance } = instance;
  return {
    className: observer.class,
    dtype: observer.dtype,
    qscheme: qschemes[observer.qscheme as string],
    range: [observer.quant_min, observer.quant_max],
    eps: observer.eps,
    isDynamic: observer.is_dynamic,
    axis: observer.ch_axis ?? null,
    averagingConstant: observer.averaging_constant,
    bins: observer.bins,
  };
}

function ours(factory: ObserverFactory): object {
  const observer = factory.create() as unknown as Record<string, unknown>;
  const { className, dtype, qscheme, quantMin, quantMax, eps, isDynamic, axis, averagingConstant, bins } =
    observer;
  return {
    className,
    dtype,
    qscheme,
    range: [quantMin, quantMax],
    eps,
    isDynamic,
    axis,
    averagingConstant,
    bins,
  };
}

describe.skipIf(group.absent)(group.title, () => {
  it.each(
    engines.flatMap((engine) => [
      [`get_default_qconfig/${engine}`, getDefaultQConfig(engine), false] as const,
      [`get_default_qat_qconfig/${engine}/v0`, getDefaultQatQConfig(engine), true] as const,
    ]),
  )("%s", (name, qconfig, rounds) => {
    const [row] = group.select(name);
    const expected = row.tables.qconfig as unknown as Record<"activation" | "weight", Constructor>;
    for (const role of ["activation", "weight"] as const) {
      expect(qconfig[role]!.fakeQuantEnabled).toBe(rounds);
      expect(expected[role].class === "FakeQuantize").toBe(rounds);
      expect(ours(qconfig[role]!.observer), role).toEqual(torchObserver(expected[role]));
    }
  });
});

describe.skipIf(group.absent)(`${group.title}, named`, () => {
  const [row] = group.select("named-qconfigs");
  const named = row?.tables.qconfigs as unknown as Record<
    string,
    Record<"activation" | "weight", Constructor>
  >;
  it.each([
    ["default_dynamic_qconfig", defaultDynamicQConfig],
    ["per_channel_dynamic_qconfig", perChannelDynamicQConfig],
    ["float_qparams_weight_only_qconfig", floatQParamsWeightOnlyQConfig],
    ["float_qparams_weight_only_qconfig_4bit", floatQParamsWeightOnlyQConfig4Bit],
  ])("%s", (name, qconfig) => {
    for (const role of ["activation", "weight"] as const) {
      expect(ours(qconfig[role]!.observer), role).toEqual(torchObserver(named[name][role]));
    }
  });
});

describe("default qconfigs", () => {
  it("of octavo are onednn's", () => {
    expect(sameQConfig(getDefaultQConfig(), getDefaultQConfig("onednn"))).toBe(true);
    expect(sameQConfig(getDefaultQatQConfig(), getDefaultQatQConfig("octavo"))).toBe(true);
  });

  it.each([getDefaultQConfig, getDefaultQatQConfig])("of an unknown engine are an error", (make) => {
    expect(() => make("tpu" as Engine)).toThrow(
      `${make.name}: expected an engine: octavo, fbgemm, qnnpack, x86, onednn, got "tpu"`,
    );
  });
});

describe("QConfig", () => {
  const recipe = MinMaxObserver.withArgs();

  it.each([recipe.create(), new FakeQuantize(recipe), undefined, "MinMaxObserver"])("refuses %s", (wrong) => {
    expect(() => QConfig({ activation: recipe, weight: wrong as never })).toThrow(ArgumentError);
  });

  it("names a class that was given instead of its recipe", () => {
    expect(() => QConfig({ activation: MinMaxObserver as never, weight: null })).toThrow(
      /^QConfig activation: expected a recipe .*, got the class MinMaxObserver\.\nGive MinMaxObserver\.withArgs/,
    );
  });

  it("is frozen, and equal by what it makes", () => {
    const qconfig = QConfig({ activation: recipe, weight: null });
    expect(Object.isFrozen(qconfig)).toBe(true);
    expect(sameQConfig(qconfig, QConfig({ activation: MinMaxObserver.withArgs(), weight: null }))).toBe(true);
    expect(sameQConfig(qconfig, QConfig({ ...qconfig, weight: recipe }))).toBe(false);
    expect(sameQConfig(qconfig, QConfig({ ...qconfig, torchCompat: true }))).toBe(false);
    expect(sameQConfig(qconfig, null)).toBe(false);
  });
});
