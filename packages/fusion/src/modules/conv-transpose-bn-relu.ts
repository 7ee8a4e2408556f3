import type {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  ReLU,
} from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** Only in training; in evaluation it is a `ConvTransposeReLU1d`. Not in torch. */
export class ConvTransposeBnReLU1d extends FusedModule<
  [conv: ConvTranspose1d, bn: BatchNorm1d, relu: ReLU]
> {}

/** Only in training; in evaluation it is a `ConvTransposeReLU2d`. Not in torch. */
export class ConvTransposeBnReLU2d extends FusedModule<
  [conv: ConvTranspose2d, bn: BatchNorm2d, relu: ReLU]
> {}

/** Only in training; in evaluation it is a `ConvTransposeReLU3d`. Not in torch. */
export class ConvTransposeBnReLU3d extends FusedModule<
  [conv: ConvTranspose3d, bn: BatchNorm3d, relu: ReLU]
> {}
