import type { BatchNorm1d, Linear, ReLU } from "@octavo/nn";
import { FusedModule } from "./fused-module.ts";

/** Only in training; in evaluation it is a `LinearReLU`. Not in torch. */
export class LinearBn1dReLU extends FusedModule<[linear: Linear, bn: BatchNorm1d, relu: ReLU]> {}
