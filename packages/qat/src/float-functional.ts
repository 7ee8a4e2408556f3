import { Identity } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { add, cat, matmul, mul, relu } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { Functional } from "./functional.ts";
import type { FunctionalOperation } from "./functional.ts";

/** What each operation computes in float; the quantized twin has the same names. */
const operations: { readonly [K in FunctionalOperation]: (...operands: never[]) => Tensor } = {
  add: (a: Tensor, b: Tensor) => add(a, b),
  addScalar: (a: Tensor, b: number) => add(a, b),
  mul: (a: Tensor, b: Tensor) => mul(a, b),
  mulScalar: (a: Tensor, b: number) => mul(a, b),
  addRelu: (a: Tensor, b: Tensor) => relu(add(a, b)),
  cat: (tensors: Tensor[], dim: number) => cat(tensors, { dim }),
  matmul: (a: Tensor, b: Tensor) => matmul(a, b),
};

/**
 * Operations between activations, as a module, so that their result can be observed and quantized:
 * `this.skipAdd.add(x, y)`. Give every use its own instance. torch.ao.nn.quantized.FloatFunctional.
 */
export class FloatFunctional extends Functional {
  /** Watches the result once the model is prepared. */
  activationPostProcess: Module<[x: Tensor], Tensor> = new Identity();

  override forward(operation: FunctionalOperation, ...operands: unknown[]): Tensor {
    const compute = operations[operation] as unknown as (...operands: unknown[]) => Tensor;
    const result = compute(...operands);
    return scalar.has(operation) ? result : this.activationPostProcess(result);
  }
}

const scalar: ReadonlySet<FunctionalOperation> = new Set(["addScalar", "mulScalar"]);
