import {
  BatchNorm2d,
  convert,
  fuseModules,
  getDefaultQConfig,
  lower,
  manualSeed,
  noGrad,
  prepare,
  randn,
} from "octavo";
import type { Engine as QConfigName, Module, Program, Tensor } from "octavo";
import { networks } from "./networks.ts";

/** `float`, or the name of a qconfig. */
export type Form = "float" | QConfigName;

/** A network with random weights as a program, and an image for it. */
export function loweredProgram(network: string, form: Form) {
  manualSeed(0);
  const { build, image } = networks[network];
  const images = randn([1, ...image]);
  const { model: fused } = fuseModules(normalized(build(), images), images);
  let model = fused;
  if (form !== "float") {
    const prepared = prepare(fused, { qconfig: getDefaultQConfig(form) });
    noGrad(() => void prepared(images));
    model = convert(prepared);
  }
  const program: Program = lower(model, images);
  return { program, input: { data: Float32Array.from(images.data as Float32Array), shape: images.shape } };
}

/** Batch norms take the statistics of the images, so that activations fill their ranges as those of trained networks do. */
function normalized(model: Module<[Tensor], Tensor>, images: Tensor): Module<[Tensor], Tensor> {
  for (const module of model.modules()) {
    // Read-only elsewhere: 1 takes the statistics of one run as they are.
    if (module instanceof BatchNorm2d) Object.assign(module, { momentum: 1 });
  }
  noGrad(() => void model.train()(images));
  return model.eval();
}
