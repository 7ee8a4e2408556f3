import { convert, lower } from "@octavo/convert";
import { subset } from "@octavo/data";
import { fuseModules } from "@octavo/fusion";
import { getDefaultQConfig, prepare } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { noGrad, zeros } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { MobileNetV2 } from "../src/index.ts";
import { countCorrect, logitsOf } from "./accuracy.ts";
import { tooSlow } from "./kernels.ts";
import { batches, imagenetImages, loadWeights, missing } from "./real-data.ts";

const weights = "mobilenet_v2_torchvision.safetensors";
const names = { test: "val256_raw_u8_nhwc224", calibration: "calib63_raw_u8_nhwc224" };
const skipped =
  missing(
    `weights/${weights}`,
    ...Object.values(names).flatMap((name) => [`imagenet/${name}.json`, `imagenet/${name}.bin.gz`]),
  ) ?? tooSlow;

describe.skipIf(skipped)(`MobileNetV2 on 256 images of ImageNet${skipped ?? ""}`, () => {
  const batchSize = 8;
  const trained = () => loadWeights(new MobileNetV2({ activation: "relu6", norm: false }), weights);

  it("float: 78.12 percent", async () => {
    const net = await trained();
    const correct = countCorrect((images) => net(images), batches(imagenetImages(names.test), batchSize));
    expect(correct).toBe(200);
  });

  // PyTorch, per channel and 8 bits, on 1300 other images: 79.46 → 78.62. Here 76.95; without calibration that works, below 1.
  it("int8, 63 calibration images: at most 2 points less", async () => {
    const { model, report } = fuseModules(await trained(), zeros([1, 3, 224, 224]));
    expect(report.fused).toHaveLength(35);
    const prepared = prepare(model, { qconfig: getDefaultQConfig() });
    for (const { images } of batches(imagenetImages(names.calibration), 9)) noGrad(() => prepared(images));
    const converted = convert(prepared);
    using session = await load(lower(converted, zeros([1, 3, 224, 224])));
    const tests = imagenetImages(names.test);
    expect(countCorrect(logitsOf(session), batches(tests, batchSize))).toBeGreaterThanOrEqual(195);
    for (const { images } of batches(subset(tests, 0, 4), 4)) {
      expect(logitsOf(session)(images).toArray()).toEqual(noGrad(() => converted(images)).toArray());
    }
  });
});
