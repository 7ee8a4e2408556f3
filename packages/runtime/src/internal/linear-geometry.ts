import { convShape } from "@octavo/spec";
import type { ConvShape, DType, ProgramConstant } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";

/** A linear layer, read from a step and checked: x (…, I), `weight` (O, I), y (…, O); the same at all batch sizes. */
export interface LinearGeometry {
  readonly weight: ProgramConstant;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Shape of y. */
export function linearOutput({ inputs: [x] }: Step, { outFeatures }: LinearGeometry): Shape {
  return [...x.shape.slice(0, -1), outFeatures];
}

/** A linear layer over so many rows, as the convolution of size 1 that it is to kernels. */
export function linearShape(rows: number, inFeatures: number, outFeatures: number): ConvShape {
  const one = [1, 1, 1] as const;
  return convShape({
    batch: rows,
    inChannels: inFeatures,
    outChannels: outFeatures,
    groups: 1,
    inSize: one,
    outSize: one,
    kernel: one,
    stride: one,
    padding: [0, 0, 0],
    dilation: one,
  });
}

export const readLinear = (step: Step, weightDType: DType): LinearGeometry =>
  step.once(findLinear, weightDType);

function findLinear(step: Step, weightDType: DType): LinearGeometry {
  step.expectCounts(1);
  const [x] = step.inputs;
  step.expectRank(x, 1, 8);
  step.expectContiguous(x);
  step.expectContiguous(step.outputs[0]);
  const inFeatures = x.shape[x.shape.length - 1];
  const weight = step.constant("weight", [weightDType]);
  if (weight.shape.length !== 2) step.fail("a weight (out, in)", `[${weight.shape}]`);
  if (weight.shape[1] !== inFeatures) {
    step.fail(`an input of ${weight.shape[1]} features, as the weight [${weight.shape}]`, `${inFeatures}`);
  }
  const outFeatures = weight.shape[0];
  return { weight, inFeatures, outFeatures };
}
