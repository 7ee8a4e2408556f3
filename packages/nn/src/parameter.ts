import { Tensor } from "@octavo/tensor";
import type { TensorInfo } from "@octavo/tensor";

/** A tensor that is trained: a module's field of this class is one of its parameters. */
export class Parameter extends Tensor {
  /** @param value float32; its memory is shared, not copied. */
  constructor(value: Tensor | TensorInfo, requiresGrad = true) {
    super(value, value instanceof Tensor ? value.storage.retain() : undefined);
    this.requiresGrad = requiresGrad;
  }

  /** Forgets the gradient; the next backward starts a new sum. */
  zeroGrad(): void {
    this.grad?.storage.release();
    this.grad = null;
  }
}
