import { frame, noGrad } from "octavo";
import type { Module, Session, Tensor } from "octavo";
import type { Classifier } from "./evaluate.ts";

/** A network of modules, float or converted, in evaluation mode. */
export function moduleClassifier(model: Module<[Tensor], Tensor>): Classifier {
  model.eval();
  return ({ images }) => noGrad(() => frame(() => model(images).data.slice()));
}

/** A program in the runtime. */
export function sessionClassifier(session: Session): Classifier {
  return ({ images }) => session.run({ data: images.data, shape: images.shape }).data as Float32Array;
}
