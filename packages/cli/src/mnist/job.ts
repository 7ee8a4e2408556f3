import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetSplits } from "@octavo/data";
import { MnistNet } from "@octavo/models";
import { encodeProgramFile, saveProgram } from "@octavo/runtime";
import { convert, fuseModules, fuseModulesQat, getDefaultQatQConfig, lower, manualSeed } from "octavo";
import { prepareQat, saveTensors, zeros } from "octavo";
import type { Evaluation } from "./evaluate.ts";
import { evaluateModules } from "./evaluate-modules.ts";
import { evaluateProgram } from "./evaluate-program.ts";
import { fileSize } from "./file-size.ts";
import { identicalImages } from "./identical-images.ts";
import { quantizeAfterTraining } from "./post-training.ts";
import { qatSchedule } from "./qat-schedule.ts";
import type { Settings } from "./settings.ts";
import { train } from "./train.ts";

/** One form of the network, measured on the test images. */
export interface Measured extends Evaluation {
  readonly name: string;
  /** Of the file: float weights, or int8 program. */
  readonly bytes: number;
}

/** What the job found. */
export interface Results {
  /** Batch norms folded, as a program of the runtime: what one would run without quantization. */
  readonly float: Measured;
  /** The network of quantization-aware training, as modules. */
  readonly fakeQuant: Measured;
  /** From its file, by the runtime. */
  readonly qatInt8: Measured;
  readonly ptqInt8: Measured;
  /** Test images whose logits the loaded file and the converted modules agree on, bit for bit; and all test images. */
  readonly identical: { readonly same: number; readonly of: number };
  /** What ran each op of the int8 program. */
  readonly kernels: string;
}

/**
 * The whole way from images to int8 in six steps: float training, fuse, prepareQat, quantization-aware training, convert,
 * inference by the runtime; and post-training quantization of the same float network.
 *
 * @param say prints lines about the step that begins and what it found
 */
export async function runJob(
  { train: images, test }: DatasetSplits,
  { epochs, qatEpochs, batchSize, engine, seed, out, checkpoint: folder }: Settings,
  say: (lines: string) => void,
): Promise<Results> {
  const files = { float: join(out, "float.safetensors"), int8: join(out, "int8.safetensors") };
  const checkpoints = folder
    ? { float: join(folder, "float.checkpoint"), qat: join(folder, `qat-${engine}.checkpoint`) }
    : {};
  const example = zeros([2, ...test.shape]);
  manualSeed(seed);

  const model = new MnistNet({ inChannels: test.shape[0], classes: test.classes.length });
  const parameters = [...model.parameters()].reduce((sum, { numel }) => sum + numel, 0);
  say(`1/6 float training: ${parameters} parameters, ${images.labels.length} images, epochs: ${epochs}`);
  const floatTraining = { epochs, batchSize, learningRate: 0.2, seed, checkpoint: checkpoints.float };
  await train(model, images, { name: "float", ...floatTraining });
  await saveTensors(files.float, model.stateDict());
  const { model: folded } = fuseModules(model.eval(), example);
  const float = await evaluateProgram("float", lower(folded, example), test);
  say(`    ${percent(float)} of ${test.labels.length} test images; weights in ${files.float}`);

  say("2/6 fuse");
  const { model: fused, report } = fuseModulesQat(model.train(), example);
  say(indented(String(report)));

  const qconfig = getDefaultQatQConfig(engine);
  say(
    `3/6 prepareQat, engine ${engine}\n${indented(`activations ${qconfig.activation}\nweights ${qconfig.weight}`)}`,
  );
  const qat = prepareQat(fused, { qconfig });

  say(`4/6 quantization-aware training, epochs: ${qatEpochs}`);
  const qatTraining = {
    epochs: qatEpochs,
    batchSize,
    learningRate: 0.02,
    seed: seed + 1,
    checkpoint: checkpoints.qat,
  };
  await train(qat, images, { name: "QAT", ...qatTraining, before: qatSchedule(qat) });
  const fakeQuant = await evaluateModules("fake-quant", qat, test);
  say(`    ${percent(fakeQuant)}, simulated`);

  say("5/6 convert");
  const converted = convert(qat);
  await saveProgram(files.int8, lower(converted, example, { name: "mnist" }));
  const bytes = { float: await fileSize(files.float), int8: await fileSize(files.int8) };
  say(`    ${bytes.int8} bytes in ${files.int8}`);

  say("6/6 int8 inference: converted modules, the file in the runtime, and post-training quantization");
  const modules = await evaluateModules("modules", converted, test);
  const qatInt8 = await evaluateProgram("file", files.int8, test);
  const ptq = quantizeAfterTraining(folded, engine, { images, seed });
  const ptqInt8 = await evaluateProgram("PTQ", ptq, test);

  await Promise.all(Object.values(checkpoints).map((file) => rm(file)));
  const same = identicalImages(modules.logits, qatInt8.logits, test.classes.length);
  return {
    float: { name: "float", bytes: bytes.float, ...float },
    fakeQuant: { name: "fake-quant", bytes: bytes.float, ...fakeQuant },
    qatInt8: { name: "int8, QAT", bytes: bytes.int8, ...qatInt8 },
    ptqInt8: { name: "int8, PTQ", bytes: encodeProgramFile(ptq).byteLength, ...ptqInt8 },
    identical: { same, of: test.labels.length },
    kernels: qatInt8.kernels,
  };
}

const percent = ({ accuracy }: Evaluation) => `${accuracy.toFixed(2)} %`;
const indented = (text: string) => text.replaceAll(/^/gm, "    ");
