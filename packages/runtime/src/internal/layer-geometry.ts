import type { ConvShape, DType, ProgramConstant } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";

/** A layer with the constant `weight`, read from a step and checked; the same at all batch sizes. */
export interface LayerGeometry {
  readonly weight: ProgramConstant;
  /** Channels of y. */
  readonly channels: number;
  /** Shape of y. */
  output(step: Step): Shape;
  /** For the kernels, at a batch of at least 1 (prepared weights do not depend on it). */
  shape(step: Step): ConvShape;
}

export type ReadGeometry = (step: Step, weightDType: DType) => LayerGeometry;
