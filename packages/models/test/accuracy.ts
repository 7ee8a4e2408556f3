import type { DataLoader } from "@octavo/data";
import type { Session } from "@octavo/runtime";
import { argmax, frame, noGrad, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** Images whose largest logit is their label's. */
export function countCorrect(logitsOf: (images: Tensor) => Tensor, loader: DataLoader): number {
  let correct = 0;
  for (const { images, labels } of loader) {
    frame(() => {
      const found = argmax(
        noGrad(() => logitsOf(images)),
        { dim: 1 },
      ).toArray();
      labels.data.forEach((label, i) => (correct += Number(found[i]) === Number(label) ? 1 : 0));
    });
  }
  return correct;
}

/** The program's logits, as a model gives them. */
export function logitsOf(session: Session): (images: Tensor) => Tensor {
  return (images) => {
    const { data, shape } = session.run({ data: images.toArray() as Float32Array, shape: images.shape });
    return tensor(data as Float32Array, shape);
  };
}
