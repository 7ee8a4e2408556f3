import type { ImageDataset } from "@octavo/data";
import { load } from "@octavo/runtime";
import {
  convert,
  DataLoader,
  encodeProgramFile,
  frame,
  fuseModules,
  getDefaultQConfig,
  lower,
  noGrad,
} from "octavo";
import { prepare, zeros } from "octavo";
import type { Engine, Module, Tensor } from "octavo";
import { sessionClassifier } from "./classifiers.ts";
import { evaluate } from "./evaluate.ts";
import type { Evaluation } from "./evaluate.ts";

export interface PostTraining {
  /** Training images: a few batches of them calibrate. */
  readonly images: ImageDataset;
  readonly test: ImageDataset;
  readonly engine: Engine;
  readonly seed: number;
}

const batches = 10;
const batchSize = 64;

/** Post-training quantization of a float network: fuse, prepare, show it some images, convert, measure. */
export async function quantizeAfterTraining(
  model: Module<[Tensor], Tensor>,
  { images, test, engine, seed }: PostTraining,
): Promise<Evaluation & { readonly bytes: number }> {
  const example = zeros([2, ...test.shape]);
  const { model: fused } = fuseModules(model.eval(), example);
  const prepared = prepare(fused, { qconfig: getDefaultQConfig(engine) });
  let seen = 0;
  for (const { images: batch } of new DataLoader(images, { batchSize, shuffle: true, seed })) {
    noGrad(() => frame(() => void prepared(batch)));
    seen += 1;
    if (seen === batches) break;
  }
  const program = lower(convert(prepared), example, { name: "mnist-ptq" });
  const session = await load(program);
  const evaluation = await evaluate("int8 PTQ", sessionClassifier(session), test);
  session.dispose();
  return { ...evaluation, bytes: encodeProgramFile(program).byteLength };
}
