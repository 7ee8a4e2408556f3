import { convShape, numberOfElements } from "@octavo/spec";
import type { ConvShape, DType } from "@octavo/spec";

import type { Step } from "../step.ts";
import type { LayerGeometry } from "./layer-geometry.ts";

/** Of a linear layer: x (…, I), `weight` (O, I), y (…, O). */
export interface LinearGeometry extends LayerGeometry {
  readonly inFeatures: number;
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
  const channels = weight.shape[0];
  return {
    weight,
    channels,
    inFeatures,
    output: ({ inputs: [{ shape }] }) => [...shape.slice(0, -1), channels],
    shape: ({ inputs: [{ shape }] }) =>
      linearShape(Math.max(numberOfElements(shape) / inFeatures, 1), inFeatures, channels),
  };
}
