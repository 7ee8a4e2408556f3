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
  ReLU,
  ReLU6,
} from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { fuseConvBn, fuseLinearBn } from "./fuse-conv-bn.ts";
import type { Fuser, FusionRule } from "./fusion-rule.ts";
import { BNReLU2d, BNReLU3d } from "./modules/bn-relu.ts";
import { ConvBnReLU1d, ConvBnReLU2d, ConvBnReLU3d } from "./modules/conv-bn-relu.ts";
import { ConvBn1dReLU6, ConvBn2dReLU6, ConvBn3dReLU6 } from "./modules/conv-bn-relu6.ts";
import { ConvBn1d, ConvBn2d, ConvBn3d } from "./modules/conv-bn.ts";
import { ConvReLU1d, ConvReLU2d, ConvReLU3d } from "./modules/conv-relu.ts";
import { Conv1dReLU6, Conv2dReLU6, Conv3dReLU6 } from "./modules/conv-relu6.ts";
import {
  ConvTransposeBnReLU1d,
  ConvTransposeBnReLU2d,
  ConvTransposeBnReLU3d,
} from "./modules/conv-transpose-bn-relu.ts";
import { ConvTransposeBn1d, ConvTransposeBn2d, ConvTransposeBn3d } from "./modules/conv-transpose-bn.ts";
import {
  ConvTransposeReLU1d,
  ConvTransposeReLU2d,
  ConvTransposeReLU3d,
} from "./modules/conv-transpose-relu.ts";
import { LinearBn1dReLU } from "./modules/linear-bn-relu.ts";
import { LinearBn1d } from "./modules/linear-bn.ts";
import { LinearReLU } from "./modules/linear-relu.ts";

// Constructors take what the pattern says, in its order; the table cannot state it in types.
// eslint-disable-next-line typescript/no-explicit-any
type Group = new (...modules: any[]) => Module;

const into =
  (group: Group): Fuser =>
  (...modules) =>
    new group(...modules);

/** The first module with the batch norm folded in, then the activation. */
const foldedInto =
  (group: Group): Fuser =>
  (layer, bn, activation) =>
    new group(layer instanceof Linear ? fuseLinearBn(layer, bn) : fuseConvBn(layer, bn), activation);

/** What fuses into what: torch's sixteen, and Octavo's own. `docs/add-a-fusion.md` says how to add one. */
export const fusions: readonly FusionRule[] = Object.freeze([
  { pattern: [Conv1d, BatchNorm1d], eval: fuseConvBn, train: into(ConvBn1d) },
  { pattern: [Conv1d, BatchNorm1d, ReLU], eval: foldedInto(ConvReLU1d), train: into(ConvBnReLU1d) },
  { pattern: [Conv2d, BatchNorm2d], eval: fuseConvBn, train: into(ConvBn2d) },
  { pattern: [Conv2d, BatchNorm2d, ReLU], eval: foldedInto(ConvReLU2d), train: into(ConvBnReLU2d) },
  { pattern: [Conv3d, BatchNorm3d], eval: fuseConvBn, train: into(ConvBn3d) },
  { pattern: [Conv3d, BatchNorm3d, ReLU], eval: foldedInto(ConvReLU3d), train: into(ConvBnReLU3d) },
  { pattern: [Conv1d, ReLU], eval: into(ConvReLU1d), train: into(ConvReLU1d) },
  { pattern: [Conv2d, ReLU], eval: into(ConvReLU2d), train: into(ConvReLU2d) },
  { pattern: [Conv3d, ReLU], eval: into(ConvReLU3d), train: into(ConvReLU3d) },
  { pattern: [Linear, BatchNorm1d], eval: fuseLinearBn, train: into(LinearBn1d) },
  { pattern: [Linear, ReLU], eval: into(LinearReLU), train: into(LinearReLU) },
  { pattern: [BatchNorm2d, ReLU], eval: into(BNReLU2d), train: into(BNReLU2d) },
  { pattern: [BatchNorm3d, ReLU], eval: into(BNReLU3d), train: into(BNReLU3d) },
  { pattern: [ConvTranspose1d, BatchNorm1d], eval: fuseConvBn, train: into(ConvTransposeBn1d) },
  { pattern: [ConvTranspose2d, BatchNorm2d], eval: fuseConvBn, train: into(ConvTransposeBn2d) },
  { pattern: [ConvTranspose3d, BatchNorm3d], eval: fuseConvBn, train: into(ConvTransposeBn3d) },
  // Beyond torch.
  { pattern: [Linear, BatchNorm1d, ReLU], eval: foldedInto(LinearReLU), train: into(LinearBn1dReLU) },
  {
    pattern: [ConvTranspose1d, BatchNorm1d, ReLU],
    eval: foldedInto(ConvTransposeReLU1d),
    train: into(ConvTransposeBnReLU1d),
  },
  {
    pattern: [ConvTranspose2d, BatchNorm2d, ReLU],
    eval: foldedInto(ConvTransposeReLU2d),
    train: into(ConvTransposeBnReLU2d),
  },
  {
    pattern: [ConvTranspose3d, BatchNorm3d, ReLU],
    eval: foldedInto(ConvTransposeReLU3d),
    train: into(ConvTransposeBnReLU3d),
  },
  { pattern: [ConvTranspose1d, ReLU], eval: into(ConvTransposeReLU1d), train: into(ConvTransposeReLU1d) },
  { pattern: [ConvTranspose2d, ReLU], eval: into(ConvTransposeReLU2d), train: into(ConvTransposeReLU2d) },
  { pattern: [ConvTranspose3d, ReLU], eval: into(ConvTransposeReLU3d), train: into(ConvTransposeReLU3d) },
  { pattern: [Conv1d, BatchNorm1d, ReLU6], eval: foldedInto(Conv1dReLU6), train: into(ConvBn1dReLU6) },
  { pattern: [Conv2d, BatchNorm2d, ReLU6], eval: foldedInto(Conv2dReLU6), train: into(ConvBn2dReLU6) },
  { pattern: [Conv3d, BatchNorm3d, ReLU6], eval: foldedInto(Conv3dReLU6), train: into(ConvBn3dReLU6) },
  { pattern: [Conv1d, ReLU6], eval: into(Conv1dReLU6), train: into(Conv1dReLU6) },
  { pattern: [Conv2d, ReLU6], eval: into(Conv2dReLU6), train: into(Conv2dReLU6) },
  { pattern: [Conv3d, ReLU6], eval: into(Conv3dReLU6), train: into(Conv3dReLU6) },
  // Nothing to fuse in float: quantized as one operation.
  { pattern: ["add", ReLU], eval: null, train: null },
  { pattern: ["mul", ReLU], eval: null, train: null },
]);
