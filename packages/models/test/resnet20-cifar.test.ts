import { convert, lower } from "@octavo/convert";
import { subset } from "@octavo/data";
import { fuseModules } from "@octavo/fusion";
import { getDefaultQConfig, prepare } from "@octavo/qat";
import type { Engine } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { noGrad, zeros } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { resnet20 } from "../src/index.ts";
import { countCorrect, logitsOf } from "./accuracy.ts";
import { tooSlow } from "./kernels.ts";
import { batches, cifarImages, loadWeights, missing } from "./real-data.ts";

const files = {
  weights: "resnet20_cifar10_akamaster.safetensors",
  train: "data_batch_first4000.bin",
  test: "test_batch_first1000.bin",
};
const skipped =
  missing(`weights/${files.weights}`, `cifar10/${files.train}`, `cifar10/${files.test}`) ?? tooSlow;

describe.skipIf(skipped)(`ResNet-20 on 1000 images of CIFAR-10${skipped ?? ""}`, () => {
  const batchSize = 100;
  const tests = () => batches(cifarImages(files.test), batchSize);
  const calibration = () => batches(subset(cifarImages(files.train), 0, 64), 32);
  const trained = () => loadWeights(resnet20(), files.weights);

  it("float: 91.5 percent", async () => {
    const net = await trained();
    const correct = countCorrect((images) => net(images), tests());
    expect(Math.abs(correct - 915)).toBeLessThanOrEqual(1);
  });

  // PyTorch, per channel: 91.4 %.
  it.each<Engine>(["fbgemm", "octavo"])(
    "int8, qconfig of %s, 64 calibration images: at least 91.1 percent",
    async (engine) => {
      const { model, report } = fuseModules(await trained(), zeros([1, 3, 32, 32]));
      expect(report.fused).toHaveLength(19);
      expect(report.unfused).toEqual([]);
      const prepared = prepare(model, { qconfig: getDefaultQConfig(engine) });
      for (const { images } of calibration()) noGrad(() => prepared(images));
      const converted = convert(prepared);
      using session = await load(lower(converted, zeros([1, 3, 32, 32])));
      expect(countCorrect(logitsOf(session), tests())).toBeGreaterThanOrEqual(911);
      for (const { images } of batches(subset(cifarImages(files.test), 0, 4), 4)) {
        expect(logitsOf(session)(images).toArray()).toEqual(noGrad(() => converted(images)).toArray());
      }
    },
  );
});
