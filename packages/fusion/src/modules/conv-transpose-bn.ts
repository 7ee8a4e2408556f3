import type {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
} from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** Only in training; evaluation folds the batch norm away. Not in torch, which cannot train it. */
export class ConvTransposeBn1d extends FusedModule<[conv: ConvTranspose1d, bn: BatchNorm1d]> {}

/** Only in training; evaluation folds the batch norm away. Not in torch, which cannot train it. */
export class ConvTransposeBn2d extends FusedModule<[conv: ConvTranspose2d, bn: BatchNorm2d]> {}

/** Only in training; evaluation folds the batch norm away. Not in torch, which cannot train it. */
export class ConvTransposeBn3d extends FusedModule<[conv: ConvTranspose3d, bn: BatchNorm3d]> {}
