import {
  convert,
  fuseModules,
  getDefaultQConfig,
  lower,
  manualSeed,
  noGrad,
  prepare,
  randn,
  saveProgram,
} from "octavo";
import { networks } from "../engines/networks.ts";

/** Writes a network with random weights as an int8 program (`octavo` qconfig, 8-bit activations). */
export async function writeProgram(network: string, path: string): Promise<void> {
  manualSeed(0);
  const { build, image } = networks[network];
  const images = randn([1, ...image]);
  const prepared = prepare(fuseModules(build().eval(), images).model, {
    qconfig: getDefaultQConfig("octavo"),
  });
  noGrad(() => void prepared(images));
  await saveProgram(lower(convert(prepared), images), path);
}
