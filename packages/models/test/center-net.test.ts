import { loadKernels } from "@octavo/backend";
import { convert, convertFx, lower } from "@octavo/convert";
import { fuseModules } from "@octavo/fusion";
import { getDefaultQConfig, getDefaultQConfigMapping, prepare, prepareFx } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { Generator, manualSeed, noGrad, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { CenterNet, decodeCenters, resnet18 } from "../src/index.ts";
import type { CenterNetOutputs } from "../src/index.ts";
import { tooSlow } from "./kernels.ts";

const images = randn([2, 3, 32, 64], { generator: new Generator(1) });

const net = () => {
  manualSeed(1);
  return new CenterNet({ classes: 3 }).eval();
};

const flows: Readonly<Record<string, () => CenterNet>> = {
  eager() {
    const { model, report } = fuseModules(net(), images);
    // 20 convolutions of the backbone, 3 transposed ones, 3 heads with a ReLU.
    expect(report.fused).toHaveLength(26);
    const prepared = prepare(model, { qconfig: getDefaultQConfig() });
    noGrad(() => prepared(images));
    return convert(prepared);
  },
  "graph mode"() {
    const prepared = prepareFx(net(), getDefaultQConfigMapping(), images);
    noGrad(() => prepared(images));
    return convertFx(prepared) as unknown as CenterNet;
  },
};

const providers = await Promise.all(
  ["native", "wasm", "reference"].map(async (use) => {
    const reason = await loadKernels({ use }).then(
      () => null,
      (error: Error) => error.message.split("\n")[0],
    );
    return { use, reason };
  }),
);
await loadKernels();

const arraysOf = (outputs: CenterNetOutputs) =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, map]: [string, Tensor]) => [name, map.toArray() as Float32Array]),
  );

describe("CenterNet", () => {
  it("has ResNet-18's names and weights in its backbone", () => {
    const { backbone } = new CenterNet();
    const names = [...resnet18().stateDict().keys()].filter((name) => !name.startsWith("fc."));
    expect([...backbone.stateDict().keys()]).toEqual(names);
    // Backbone, transposed convolutions with their batch norms, heads.
    const parameters = [...new CenterNet().parameters()].reduce((sum, { numel }) => sum + numel, 0);
    expect(parameters).toBe(11_176_512 + 2_753_408 + 116_244);
  });

  it("gives maps of a quarter of the image's size, with few objects before training", () => {
    const { heatmap, size, offset } = noGrad(() => net()(images));
    expect([heatmap, size, offset].map(({ shape }) => shape)).toEqual([
      [2, 3, 8, 16],
      [2, 2, 8, 16],
      [2, 2, 8, 16],
    ]);
  });
});

describe.skipIf(tooSlow).each(Object.entries(flows))(
  `CenterNet quantized, %s${tooSlow ?? ""}`,
  (_name, flow) => {
    const quantized = flow();
    const expected = arraysOf(noGrad(() => quantized(images)));
    const program = lower(quantized, images);

    it("runs on integers from images to maps", () => {
      const kinds = new Set(program.ops.map(({ op }) => op));
      expect([...kinds].sort()).toEqual([
        "add",
        "conv",
        "convTranspose",
        "dequantize",
        "maxPool",
        "quantize",
        "reshape",
      ]);
      expect(program.ops.filter(({ op }) => op === "dequantize")).toHaveLength(3);
    });

    describe.each(providers)("$use kernels", ({ use, reason }) => {
      it.skipIf(reason !== null)(`give the bits of the modules, on integers ${reason ?? ""}`, async () => {
        await loadKernels({ use });
        using session = await load(program);
        const got = session.run({ input: { data: images.toArray() as Float32Array, shape: images.shape } });
        for (const [name, map] of Object.entries(expected)) {
          expect(new Set(map).size).toBeGreaterThan(2);
          expect(got[name].data, name).toEqual(map);
        }
        const counted = session
          .explain()
          .match(/\((conv|convTranspose|add)\): quantized(Conv|ConvTranspose|Add)\b/g);
        expect(counted).toHaveLength(20 + 6 + 3 + 8);
        await loadKernels();
      });
    });
  },
);

describe("decodeCenters", () => {
  const [height, width] = [4, 5];
  const maps = (
    peaks: readonly (readonly [image: number, channel: number, y: number, x: number, logit: number])[],
  ) => {
    const heatmap = new Float32Array(2 * 3 * height * width).fill(-9);
    for (const [image, channel, y, x, logit] of peaks)
      heatmap[((image * 3 + channel) * height + y) * width + x] = logit;
    const pair = (first: number, second: number) =>
      Float32Array.from({ length: 2 * 2 * height * width }, (_, i) =>
        Math.floor(i / (height * width)) % 2 === 0 ? first : second,
      );
    return {
      heatmap: { data: heatmap, shape: [2, 3, height, width] },
      size: { data: pair(2, 1), shape: [2, 2, height, width] },
      offset: { data: pair(0.5, 0.25), shape: [2, 2, height, width] },
    };
  };

  it("gives boxes in pixels, the likeliest first, and none beside a larger neighbour", () => {
    const given = maps([
      [0, 1, 2, 3, 2],
      [0, 1, 1, 2, 1],
      [0, 2, 0, 0, 3],
      [1, 0, 3, 4, 0],
    ]);
    expect(decodeCenters(given, { threshold: 0.1 })).toEqual([
      [
        { class: 2, score: 1 / (1 + Math.exp(-3)), box: [-2, -1, 6, 3] },
        { class: 1, score: 1 / (1 + Math.exp(-2)), box: [10, 7, 18, 11] },
      ],
      [{ class: 0, score: 0.5, box: [14, 11, 22, 15] }],
    ]);
    expect(decodeCenters(given, { count: 1, stride: 1 })[0]).toEqual([
      { class: 2, score: 1 / (1 + Math.exp(-3)), box: [-0.5, -0.25, 1.5, 0.75] },
    ]);
  });

  it("refuses maps that do not belong together", () => {
    const given = maps([]);
    const size = { data: given.size.data, shape: [2, 2, 5, 4] };
    expect(() => decodeCenters({ ...given, size })).toThrow(
      "decodeCenters, size: expected [2,2,4,5], as the heatmap's [2,3,4,5] asks for, got [2,2,5,4]",
    );
  });
});
