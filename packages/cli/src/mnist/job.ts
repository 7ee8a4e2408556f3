import { join } from "node:path";
import type { DatasetSplits } from "@octavo/data";
import { MnistNet } from "@octavo/models";
import { load } from "@octavo/runtime";
import {
  convert,
  fuseModulesQat,
  getDefaultQatQConfig,
  lower,
  manualSeed,
  prepareQat,
  saveProgram,
} from "octavo";
import { saveTensors, zeros } from "octavo";
import { moduleClassifier, sessionClassifier } from "./classifiers.ts";
import { evaluate } from "./evaluate.ts";
import type { Evaluation } from "./evaluate.ts";
import { fileSize } from "./file-size.ts";
import { identicalImages } from "./identical.ts";
import { quantizeAfterTraining } from "./post-training.ts";
import { qatSchedule } from "./qat-schedule.ts";
import type { Settings } from "./settings.ts";
import { train } from "./train.ts";

/** One form of the network, measured on the test images. */
export interface Measured extends Evaluation {
  readonly name: string;
  /** Of the file: weights, or program. */
  readonly bytes: number;
}

/** What the job found. */
export interface Results {
  readonly float: Measured;
  readonly fakeQuant: Measured;
  readonly qatInt8: Measured;
  readonly ptqInt8: Measured;
  /** Test images whose logits the loaded program and the converted modules agree on, bit for bit, and all test images. */
  readonly identical: { readonly same: number; readonly of: number };
  /** Which kernels ran the ops of the int8 program. */
  readonly kernels: string;
}

/**
 * The whole way from images to int8: float training, fuse, prepareQat, QAT, convert, inference by the runtime, and
 * post-training quantization of the same float network beside it.
 *
 * @param say prints a line about the step that begins or what it found
 */
export async function runJob(
  { train: images, test }: DatasetSplits,
  settings: Settings,
  say: (line: string) => void,
): Promise<Results> {
  const { epochs, qatEpochs, batchSize, engine, seed, out } = settings;
  const files = { float: join(out, "float.safetensors"), int8: join(out, "int8.safetensors") };
  manualSeed(seed);

  const model = new MnistNet({ inChannels: test.shape[0], classes: test.classes.length });
  const parameters = [...model.parameters()].reduce((sum, { numel }) => sum + numel, 0);
  say(`1/6 float training: ${parameters} parameters, ${images.labels.length} images, ${epochs} epochs`);
  await train(model, images, { name: "float", epochs, batchSize, learningRate: 0.2, seed });
  await saveTensors(files.float, model.stateDict());
  const floatBytes = await fileSize(files.float);
  const float = await evaluate("float", moduleClassifier(model), test);
  say(`    ${float.accuracy.toFixed(2)} % of ${test.labels.length} test images, ${files.float}`);

  say("2/6 fuse");
  const example = zeros([2, ...test.shape]);
  const { model: fused, report } = fuseModulesQat(model.train(), example);
  say(indented(String(report)));

  say(`3/6 prepareQat: defaults of ${engine}`);
  const qat = prepareQat(fused, { qconfig: getDefaultQatQConfig(engine) });
  say(indented(String(getDefaultQatQConfig(engine))));

  say(`4/6 quantization-aware training: ${qatEpochs} epochs`);
  const before = qatSchedule(qat);
  await train(qat, images, {
    name: "QAT",
    epochs: qatEpochs,
    batchSize,
    learningRate: 0.01,
    seed: seed + 1,
    before,
  });
  const fakeQuant = await evaluate("fake-quant", moduleClassifier(qat), test);
  say(`    ${fakeQuant.accuracy.toFixed(2)} % simulated`);

  say("5/6 convert");
  const converted = convert(qat);
  await saveProgram(lower(converted, example, { name: "mnist" }), files.int8);
  const int8Bytes = await fileSize(files.int8);
  say(`    ${int8Bytes} bytes, ${files.int8}`);

  say("6/6 int8 inference on all test images");
  const modules = await evaluate("int8 modules", moduleClassifier(converted), test);
  const session = await load(files.int8);
  const qatInt8 = await evaluate("int8 program", sessionClassifier(session), test);
  const kernels = session.explain();
  session.dispose();
  const ptqInt8 = await quantizeAfterTraining(model, { images, test, engine, seed });
  return {
    float: { name: "float", bytes: floatBytes, ...float },
    fakeQuant: { name: "fake-quant", bytes: floatBytes, ...fakeQuant },
    qatInt8: { name: "int8, QAT", bytes: int8Bytes, ...qatInt8 },
    ptqInt8: { name: "int8, PTQ", ...ptqInt8 },
    identical: {
      same: identicalImages(modules.logits, qatInt8.logits, test.classes.length),
      of: test.labels.length,
    },
    kernels,
  };
}

const indented = (text: string) => text.replaceAll(/^/gm, "    ");
