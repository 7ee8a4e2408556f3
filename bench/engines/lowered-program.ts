import { convert, fuseModules, getDefaultQConfig, lower, manualSeed, noGrad, prepare, randn } from "octavo";
import type { Engine as QConfigName, Program } from "octavo";
import { networks } from "./networks.ts";

/** `float`, or the name of a qconfig. */
export type Form = "float" | QConfigName;

/** A network with random weights as a program, and an image for it. */
export function loweredProgram(network: string, form: Form) {
  manualSeed(0);
  const { build, image } = networks[network];
  const images = randn([1, ...image]);
  const { model: fused } = fuseModules(build().eval(), images);
  let model = fused;
  if (form !== "float") {
    const prepared = prepare(fused, { qconfig: getDefaultQConfig(form) });
    noGrad(() => void prepared(images));
    model = convert(prepared);
  }
  const program: Program = lower(model, images);
  return { program, input: { data: Float32Array.from(images.data as Float32Array), shape: images.shape } };
}
