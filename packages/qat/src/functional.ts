import { Module } from "@octavo/nn";
import { withDefaults } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

export type FunctionalOperation = "add" | "addScalar" | "mul" | "mulScalar" | "addRelu" | "cat" | "matmul";

/**
 * Operations between activations as one module: each method is a call of it, so that hooks and graphs see them. What an
 * operation computes is the subclass's: float values here, integers after `convert`.
 */
export abstract class Functional extends Module<[FunctionalOperation, ...unknown[]], Tensor> {
  /** Graphs call it as a whole. */
  static readonly isLeafModule = true;

  add(a: Tensor, b: Tensor): Tensor {
    return this("add", a, b);
  }

  /** Adds a number: the integers keep their scale, so nothing is observed. */
  addScalar(a: Tensor, b: number): Tensor {
    return this("addScalar", a, b);
  }

  mul(a: Tensor, b: Tensor): Tensor {
    return this("mul", a, b);
  }

  /** Multiplies by a number: only the scale changes, so nothing is observed. */
  mulScalar(a: Tensor, b: number): Tensor {
    return this("mulScalar", a, b);
  }

  addRelu(a: Tensor, b: Tensor): Tensor {
    return this("addRelu", a, b);
  }

  /** Along the axis `dim`, 0 unless given. */
  cat(tensors: Tensor[], options: { readonly dim?: number } = {}): Tensor {
    const { dim } = withDefaults("FloatFunctional.cat", { dim: 0 }, options);
    return this("cat", tensors, dim);
  }

  matmul(a: Tensor, b: Tensor): Tensor {
    return this("matmul", a, b);
  }
}
