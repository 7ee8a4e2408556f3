import { convert, convertFx, lower } from "@octavo/convert";
import { fuseModules } from "@octavo/fusion";
import { BatchNorm2d } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { getDefaultQConfig, getDefaultQConfigMapping, prepare, prepareFx } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { Generator, noGrad, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import {
  GoogLeNet,
  InceptionV3,
  mobilenetV3Large,
  mobilenetV3Small,
  resnext50_32x4d,
  ShuffleNetV2,
} from "../src/index.ts";
import { tooSlow } from "./kernels.ts";

type Net = Module<[images: Tensor], Tensor>;

/** Smallest images that the network takes, or nearly: what matters here is that every kind of layer is met. */
const networks: Readonly<Record<string, readonly [make: () => Module, size: number]>> = {
  "MobileNetV3, large": [() => mobilenetV3Large({ classes: 10 }), 64],
  "MobileNetV3, small": [() => mobilenetV3Small({ classes: 10 }), 64],
  GoogLeNet: [() => new GoogLeNet({ classes: 10 }), 48],
  "ShuffleNetV2, 1.0": [() => new ShuffleNetV2("1.0", { classes: 10 }), 64],
  "Inception v3": [() => new InceptionV3({ classes: 10 }), 75],
  "ResNeXt-50 32×4d": [() => resnext50_32x4d({ classes: 10 }), 48],
};

/** Batch norms take the statistics of the images: random weights alone let activations vanish on their way. */
function normalized(net: Net, images: Tensor): Net {
  for (const module of net.modules()) {
    if (module instanceof BatchNorm2d) Object.assign(module, { momentum: 1 });
  }
  noGrad(() => net.train()(images));
  return net.eval();
}

const flows: Readonly<Record<string, (net: Net, images: Tensor) => Net>> = {
  eager(net, images) {
    const prepared = prepare(fuseModules(net, images).model, { qconfig: getDefaultQConfig() });
    noGrad(() => prepared(images));
    return convert(prepared);
  },
  "graph mode"(net, images) {
    const prepared = prepareFx(net, getDefaultQConfigMapping(), images);
    noGrad(() => prepared(images));
    return convertFx(prepared);
  },
};

describe.skipIf(tooSlow).each(Object.entries(networks))(`%s quantized${tooSlow ?? ""}`, (_, [make, size]) => {
  it.each(Object.entries(flows))(
    "%s: the program gives the bits of the modules, on integers",
    async (_name, flow) => {
      const images = randn([2, 3, size, size], { generator: new Generator(1) });
      const net = flow(normalized(make() as Net, images), images);
      const expected = noGrad(() => net(images)).toArray() as Float32Array;
      const program = lower(net, images);
      using session = await load(program);
      const { data } = session.run({ data: images.toArray() as Float32Array, shape: images.shape });
      expect(new Uint8Array(data.buffer)).toEqual(new Uint8Array(expected.buffer));
      expect(new Set(expected).size).toBeGreaterThan(2);
      // Nothing but the logits becomes float again.
      const toFloat = program.ops.filter(({ op }) => op === "dequantize").map(({ name }) => name);
      expect(toFloat).toHaveLength(1);
    },
  );
});
