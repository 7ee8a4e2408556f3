import type { TypedArray } from "@octavo/spec";
import type { Deferred, Storage } from "../storage.ts";
import { Tensor } from "../tensor.ts";
import { gradientPlace } from "./gradient-place.ts";
import { Normalized } from "./normalized.ts";

/**
 * The gradient of the input of a clamp or rounding that was joined to a batch norm. The latter's gradient kernel computes it
 * on the way from the gradient `after` all that was joined; whoever else reads it gets it written.
 */
export class PassedGradient implements Deferred {
  readonly after: Tensor;
  /** Of the tensor whose gradient `after` is, and of the one whose gradient this is. */
  readonly through: Normalized;
  readonly before: Normalized;
  readonly reads: readonly Storage[];
  readonly write: (to: TypedArray) => void;

  constructor(
    after: Tensor,
    [before, through]: readonly [Normalized, Normalized],
    reads: readonly Storage[],
    write: (to: TypedArray) => void,
  ) {
    this.after = after;
    this.before = before;
    this.through = through;
    this.reads = reads;
    this.write = write;
  }

  /** What waits in a gradient of a tensor with this formula, if it is this. */
  static of(gradient: Tensor, formula: Deferred | null): PassedGradient | null {
    const { waiting } = gradient.storage;
    return waiting instanceof PassedGradient && waiting.before === formula ? waiting : null;
  }
}

/**
 * Gradient of the input of an elementwise operation: written now by `write(gradient, to)`, which may write in place, or
 * later, if the operation was joined to a batch norm.
 * @param read the tensor that `write` reads beside the gradient.
 */
export function passedGradient(
  gradient: Tensor,
  input: Tensor,
  output: Tensor,
  read: Tensor,
  write: (gradient: Float32Array, to: Float32Array) => void,
): Tensor {
  const { formula } = output.storage;
  if (!(formula instanceof Normalized) || formula.previous === null) {
    const dx = gradientPlace(gradient, input);
    write(gradient.data, dx.data);
    return dx;
  }
  const later = PassedGradient.of(gradient, formula);
  const dx = new Tensor(input);
  dx.storage.defer(
    new PassedGradient(
      later?.after ?? gradient,
      [formula.previous, later?.through ?? formula],
      [gradient.storage, read.storage],
      (to) => write(gradient.data, to as Float32Array),
    ),
  );
  return dx;
}
