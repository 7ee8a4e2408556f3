import { ArgumentError, numberOfElements } from "@octavo/spec";
import { Tensor } from "../tensor.ts";
import type { Reduction } from "./reduction.ts";
import { requireShape, shapeText } from "./require.ts";
import { whereOf } from "./where.ts";

export interface ClassLossOptions {
  /** One weight per class. */
  readonly weight?: Tensor | null;
  /** Targets of this class count nothing. Default −100. */
  readonly ignoreIndex?: number;
  readonly reduction?: Reduction;
  /** Share of the target that is spread evenly over all classes (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number;
}

export interface ClassWeights {
  readonly weights: Tensor;
  /** Targets that are not ignored. */
  readonly counted: number;
}

/**
 * Weights W such that the loss is Σ log p · W: negative target weights, of the shape (N, C, …) of the log-probabilities. With
 * reduction `mean` they are divided by the total weight of the targets, as in torch.
 */
export function classWeights(
  x: Tensor,
  target: Tensor,
  options: Required<ClassLossOptions>,
  where: string,
): ClassWeights {
  const { weight, ignoreIndex, reduction, labelSmoothing } = options;
  const classAxis = x.rank === 1 ? 0 : 1;
  const classes = x.shape[classAxis];
  const rows = numberOfElements(x.shape) / classes;
  requireShape(
    target.shape.join() === x.shape.toSpliced(classAxis, 1).join(),
    where,
    `targets of shape ${shapeText(x.shape.toSpliced(classAxis, 1))} for ${shapeText(x.shape)}`,
    shapeText(target.shape),
  );
  const labels = Array.from(target.toArray() as ArrayLike<number | bigint>, Number);
  const ofClass = (label: number) => weight?.data[label] ?? 1;
  let [total, counted] = [0, 0];
  for (const label of labels) {
    if (label === ignoreIndex) continue;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new ArgumentError({
        where: whereOf(where),
        expected: `targets from 0 to ${classes - 1}`,
        got: String(label),
      });
    }
    total += ofClass(label);
    counted += 1;
  }
  const unit = reduction === "mean" ? -1 / total : -1;
  const weights = new Tensor({ shape: x.shape, memoryFormat: "channelsLast" });
  const { data } = weights;
  data.fill(0);
  // Classes are innermost in channels-last memory.
  for (let row = 0; row < rows; row++) {
    const label = labels[row];
    if (label === ignoreIndex) continue;
    const start = row * classes;
    if (labelSmoothing > 0) {
      for (let c = 0; c < classes; c++) data[start + c] = (unit * ofClass(c) * labelSmoothing) / classes;
    }
    data[start + label] += unit * ofClass(label) * (1 - labelSmoothing);
  }
  return { weights, counted };
}
