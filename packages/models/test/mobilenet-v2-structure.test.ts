import { fuseModules, fuseModulesQat } from "@octavo/fusion";
import { getDefaultQatQConfig, prepareQat } from "@octavo/qat";
import type { Engine } from "@octavo/qat";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { GoldenTensor } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { MobileNetV2 } from "../src/index.ts";
import "./kernels.ts";
import { countMacs } from "./count-macs.ts";
import { goldenImages, goldenNet, group, printed, torchText } from "./mobilenet-v2-golden.ts";
import { printedModules, sortedLines } from "./printed-modules.ts";
import type { PrintedModule } from "./printed-modules.ts";

/** The group's tolerance: 1e-4 of the largest logit. */
function expectLogits(got: Tensor, { data, shape }: GoldenTensor): void {
  expect(got.shape).toEqual(shape);
  const want = data as Float32Array;
  const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const worst = (got.toArray() as Float32Array).reduce((m, v, i) => Math.max(m, Math.abs(v - want[i])), 0);
  expect(worst).toBeLessThanOrEqual(1e-4 * largest);
}

describe.skipIf(group.absent)(`${group.title}, mobilenet_v2`, () => {
  const [builder] = group.select("builder/mobilenet_v2");
  const texts = Object.fromEntries(
    group.select("ptq/mobilenet_v2").map((row) => [row.args.engine as string, row]),
  );

  it("has torchvision's state dict: keys, shapes and dtypes in order", () => {
    const lines = [...new MobileNetV2().stateDict()].map(
      ([key, { shape, dtype }]) => `${key} [${shape.join(", ")}] ${dtype}`,
    );
    expect(lines).toEqual(builder.texts.state_dict.split("\n"));
  });

  it("has torchvision's parameters, buffers and multiply-adds", () => {
    const net = new MobileNetV2().eval();
    const numels = (tensors: Iterable<Tensor>) => [...tensors].reduce((sum, { numel }) => sum + numel, 0);
    expect(numels(net.parameters())).toBe(builder.number("parameters"));
    expect(numels(net.buffers())).toBe(builder.number("buffers"));
    const { macs, calls } = countMacs(net, builder.args.macs_input as number[]);
    expect([macs, calls]).toEqual([builder.number("macs"), builder.number("conv_linear_calls")]);
  });

  it("gives torch's logits, also when fused", () => {
    const net = goldenNet(builder);
    const images = goldenImages(builder);
    expectLogits(
      noGrad(() => net(images)),
      builder.output("logits"),
    );
    const { model: fused } = fuseModules(net, images);
    expectLogits(
      noGrad(() => fused(images)),
      builder.output("fused.logits"),
    );
  });

  it("is printed as torch prints it: float, fused, fused for training", () => {
    const net = new MobileNetV2();
    const images = goldenImages(builder);
    expect(printed(net)).toBe(torchText(texts.fbgemm, "float"));
    expect(printed(fuseModulesQat(net, images).model)).toBe(torchText(texts.fbgemm, "fused_train"));
    expect(printed(fuseModules(net.eval(), images).model)).toBe(torchText(texts.fbgemm, "fused_eval"));
  });

  it.each(["fbgemm", "qnnpack"] as const)(
    "is printed as torch prints it: prepareQat, %s",
    (engine: Engine) => {
      const fused = fuseModulesQat(new MobileNetV2(), goldenImages(builder)).model;
      const prepared = prepareQat(fused, { qconfig: getDefaultQatQConfig(engine) });
      const expected = inOctavosWords(printedModules(torchText(texts[engine], "prepare_qat")));
      expect(sortedLines(printedModules(printed(prepared)))).toEqual(sortedLines(expected));
    },
  );
});

/**
 * torch prints a FakeQuantize as its switches, range and qparams, with the observer as a child; Octavo as one line:
 * observer, range, scheme. The order of a layer's children (bn, weight_fake_quant) differs too, hence `sortedLines`.
 */
function inOctavosWords(rows: readonly PrintedModule[]): PrintedModule[] {
  const observers = new Map(
    rows.filter(({ type }) => type.endsWith("Observer")).map((row) => [row.path, row]),
  );
  return rows
    .filter(({ type }) => !type.endsWith("Observer"))
    .map((row) => {
      if (row.type !== "FakeQuantize") return row;
      const { type, args } = observers.get(`${row.path}.activation_post_process`)!;
      const value = Object.fromEntries(row.args.map((arg) => arg.split("=torch.").join("=").split("=")));
      const scheme = value.qscheme.replace(/_(\w)/g, (_: string, letter: string) => letter.toUpperCase());
      const axis = value.ch_axis === "-1" ? [] : [`axis=${value.ch_axis}`];
      const range = `${value.dtype} ${value.quant_min}..${value.quant_max}`;
      return { ...row, args: [`${type}(${args.join(", ")})`, range, scheme, ...axis] };
    });
}
