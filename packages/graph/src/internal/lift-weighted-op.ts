import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  Linear,
  Parameter,
} from "@octavo/nn";
import type { BatchNorm, ConvNd, ConvTransposeNd, Module } from "@octavo/nn";
import type { ConvAttributes, ConvTransposeAttributes, Op, Tensor } from "@octavo/tensor";

type Inputs = readonly (Tensor | null)[];
type Weighted = ConvNd | ConvTransposeNd | Linear;
/** The module that does what the op did; null if none does. */
type Lift = (inputs: Inputs, attributes: object) => Module | null;

const withWeights = <M extends Weighted>(module: M, weight: Tensor, bias: Tensor | null): M =>
  Object.assign(module, { weight: asParameter(weight), bias: bias && asParameter(bias) });

const conv =
  (type: new (...args: ConstructorParameters<typeof Conv2d>) => ConvNd): Lift =>
  ([, weight, bias], attributes) => {
    const { groups } = attributes as ConvAttributes;
    const [out, inPerGroup, ...kernel] = weight!.shape;
    const options = { ...attributes, bias: bias !== null };
    return withWeights(new type(inPerGroup * groups, out, kernel, options), weight!, bias);
  };

const convTranspose =
  (type: new (...args: ConstructorParameters<typeof ConvTranspose2d>) => ConvTransposeNd): Lift =>
  ([, weight, bias], attributes) => {
    const { groups } = attributes as ConvTransposeAttributes;
    const [inChannels, outPerGroup, ...kernel] = weight!.shape;
    const options = { ...attributes, bias: bias !== null };
    return withWeights(new type(inChannels, outPerGroup * groups, kernel, options), weight!, bias);
  };

const linear: Lift = ([, weight, bias]) => {
  const [out, features] = weight!.shape;
  return withWeights(new Linear(features, out, { bias: bias !== null }), weight!, bias);
};

/** By the rank of the input. */
const norms = [null, null, BatchNorm1d, BatchNorm1d, BatchNorm2d, BatchNorm3d] as const;

const batchNorm: Lift = ([x, weight, bias, runningMean, runningVar], attributes) => {
  const { training, momentum, eps } = attributes as { training: boolean; momentum: number; eps: number };
  const type = norms[x!.rank];
  // Statistics of the batch in eval mode are none of our modules'.
  if (training || !type) return null;
  const norm: BatchNorm = new type(x!.shape[1], { eps, momentum, affine: weight !== null });
  return Object.assign(norm, {
    weight: weight && asParameter(weight),
    bias: bias && asParameter(bias),
    runningMean,
    runningVar,
  });
};

const lifts: { readonly [op: string]: Lift } = {
  conv1d: conv(Conv1d),
  conv2d: conv(Conv2d),
  conv3d: conv(Conv3d),
  convTranspose1d: convTranspose(ConvTranspose1d),
  convTranspose2d: convTranspose(ConvTranspose2d),
  convTranspose3d: convTranspose(ConvTranspose3d),
  linear,
  batchNorm,
};

/**
 * A module for a functional call with weights that the model holds, so that it is quantized like any other. The weights
 * are shared, not copied. Null for other ops, and for weights that are computed.
 */
export function liftWeightedOp(
  op: Op,
  inputs: Inputs,
  attributes: object,
  isHeld: (x: Tensor) => boolean,
): { module: Module; input: Tensor } | null {
  const [input, ...weights] = inputs;
  if (!Object.hasOwn(lifts, op.name) || !weights.every((x) => x === null || isHeld(x))) return null;
  const module = lifts[op.name](inputs, attributes);
  return module && { module, input: input! };
}

function asParameter(x: Tensor): Parameter {
  return x instanceof Parameter ? x : new Parameter(x, false);
}
