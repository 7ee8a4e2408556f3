import { fuseModules, fuseModulesQat } from "@octavo/fusion";
import type { Module } from "@octavo/nn";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import {
  GoogLeNet,
  InceptionV3,
  mobilenetV3Large,
  resnet18,
  resnet50,
  resnext101_32x8d,
  resnext101_64x4d,
  ShuffleNetV2,
} from "../src/index.ts";
import { tooSlow } from "./kernels.ts";
import { countMacs } from "./count-macs.ts";
import { formulaImages, loadFormulaValues } from "./formula-values.ts";
import { printed, torchText } from "./mobilenet-v2-golden.ts";

const group = goldens("torchvision");

type Net = Module<[images: Tensor], Tensor>;

/** torchvision's quantizable builders; MobileNetV2 has tests of its own. */
const networks: Readonly<Record<string, () => Module>> = {
  googlenet: () => new GoogLeNet({ auxLogits: true }),
  inception_v3: () => new InceptionV3({ auxLogits: true }),
  mobilenet_v3_large: () => mobilenetV3Large(),
  resnet18: () => resnet18(),
  resnet50: () => resnet50(),
  resnext101_32x8d: () => resnext101_32x8d(),
  resnext101_64x4d: () => resnext101_64x4d(),
  shufflenet_v2_x0_5: () => new ShuffleNetV2("0.5"),
  shufflenet_v2_x1_0: () => new ShuffleNetV2("1.0"),
  shufflenet_v2_x1_5: () => new ShuffleNetV2("1.5"),
  shufflenet_v2_x2_0: () => new ShuffleNetV2("2.0"),
};

describe.skipIf(group.absent || tooSlow).each(Object.entries(networks))(
  `${group.title}, %s`,
  (name, make) => {
    const build = make as () => Net;
    const [builder] = group.select(`builder/${name}`);

    it("has torchvision's state dict: keys, shapes and dtypes in order", () => {
      const lines = [...build().stateDict()].map(
        ([key, { shape, dtype }]) => `${key} [${shape.join(", ")}] ${dtype}`,
      );
      expect(lines).toEqual(builder.texts.state_dict.split("\n"));
    });

    it("has torchvision's parameters, buffers and multiply-adds", () => {
      const net = build().eval();
      const numels = (tensors: Iterable<Tensor>) => [...tensors].reduce((sum, { numel }) => sum + numel, 0);
      expect(numels(net.parameters())).toBe(builder.number("parameters"));
      expect(numels(net.buffers())).toBe(builder.number("buffers"));
      const { macs, calls } = countMacs(net, builder.args.macs_input as number[]);
      expect([macs, calls]).toEqual([builder.number("macs"), builder.number("conv_linear_calls")]);
    });

    it("gives torch's logits, also when fused", () => {
      const net = loadFormulaValues(build(), builder.number("k")).eval();
      const images = formulaImages(builder.number("k"), builder.args.input as number[]);
      const { model: fused } = fuseModules(net, images);
      for (const [model, output] of [
        [net, "logits"],
        [fused, "fused.logits"],
      ] as const) {
        const got = noGrad(() => model(images)).toArray() as Float32Array;
        const want = builder.output(output).data as Float32Array;
        // The group's tolerance: 1e-4 of the largest logit.
        const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
        const worst = got.reduce((m, v, i) => Math.max(m, Math.abs(v - want[i])), 0);
        expect(got.length).toBe(want.length);
        expect(worst).toBeLessThanOrEqual(1e-4 * largest);
      }
    });
  },
);

describe.skipIf(group.absent)(`${group.title}, resnet18 printed`, () => {
  it("as torch prints it: float, fused, fused for training", () => {
    const [row] = group.select("ptq/resnet18/fbgemm");
    const images = formulaImages(row.number("k"), row.args.input as number[]);
    expect(printed(resnet18())).toBe(torchText(row, "float"));
    expect(printed(fuseModulesQat(resnet18(), images).model)).toBe(torchText(row, "fused_train"));
    expect(printed(fuseModules(resnet18().eval(), images).model)).toBe(torchText(row, "fused_eval"));
  });
});
