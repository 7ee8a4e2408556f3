import { Identity, Module } from "@octavo/nn";
import { add, cat, matmul, mul, relu } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** What each operation computes in float; the quantized twin has the same names. */
const operations = {
  add: (a: Tensor, b: Tensor) => add(a, b),
  addScalar: (a: Tensor, b: number) => add(a, b),
  mul: (a: Tensor, b: Tensor) => mul(a, b),
  mulScalar: (a: Tensor, b: number) => mul(a, b),
  addRelu: (a: Tensor, b: Tensor) => relu(add(a, b)),
  cat: (tensors: Tensor[], dim: number) => cat(tensors, { dim }),
  matmul: (a: Tensor, b: Tensor) => matmul(a, b),
};

export type FunctionalOperation = keyof typeof operations;

/**
 * Operations between activations, as a module, so that their result can be observed and quantized:
 * `this.skipAdd.add(x, y)`. Give every use its own instance. torch.ao.nn.quantized.FloatFunctional.
 */
export class FloatFunctional extends Module<[FunctionalOperation, ...unknown[]], Tensor> {
  /** Graphs call it as a whole. */
  static readonly isLeafModule = true;
  /** Watches the result once the model is prepared. */
  activationPostProcess: Module<[x: Tensor], Tensor> = new Identity();

  override forward(operation: FunctionalOperation, ...operands: unknown[]): Tensor {
    const compute = operations[operation] as (...operands: unknown[]) => Tensor;
    const result = compute(...operands);
    return scalar.has(operation) ? result : this.activationPostProcess(result);
  }

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

  cat(tensors: Tensor[], dim = 0): Tensor {
    return this("cat", tensors, dim);
  }

  matmul(a: Tensor, b: Tensor): Tensor {
    return this("matmul", a, b);
  }
}

const scalar: ReadonlySet<FunctionalOperation> = new Set(["addScalar", "mulScalar"]);
