import type { ImageDataset } from "@octavo/data";
import { frame, noGrad } from "octavo";
import type { Module, Tensor } from "octavo";
import { evaluate } from "./evaluate.ts";
import type { Evaluation } from "./evaluate.ts";

/** Evaluates a network of modules (simulated or converted), in evaluation mode. */
export function evaluateModules(
  name: string,
  model: Module<[Tensor], Tensor>,
  images: ImageDataset,
): Promise<Evaluation> {
  model.eval();
  return evaluate(name, ({ images }) => noGrad(() => frame(() => model(images).data.slice())), images);
}
