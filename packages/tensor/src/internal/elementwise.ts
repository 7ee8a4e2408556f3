import { BinaryOp, broadcast, UnaryOp } from "@octavo/spec";
import type { BinaryOpName, Broadcast, Kernels } from "@octavo/spec";

type F32 = Float32Array;
type Saturating = "sigmoid" | "tanh" | "relu";

/** Arithmetic of arrays of one length, for ops that are made of many small steps. */
export class Elementwise {
  readonly #kernels: Kernels;
  readonly #shape: Broadcast;

  constructor(kernels: Kernels, length: number) {
    this.#kernels = kernels;
    this.#shape = broadcast({ sizes: [length], aStrides: [1], bStrides: [1] });
  }

  /** y = a op b; y is another array. */
  binary(operator: BinaryOpName, a: F32, b: F32, y: F32): void {
    this.#kernels.binary(BinaryOp[operator], a, b, y, this.#shape);
  }

  /** y += x */
  accumulate(x: F32, y: F32): void {
    this.#kernels.accumulate(x, y, 1);
  }

  /** y = f(x); y may be x. */
  apply(f: Saturating, x: F32, y: F32): void {
    this.#kernels.unary(UnaryOp[f], x, y, 0, 0);
  }

  /** d ← f'(x) d, where y = f(x): these functions need no more than y. */
  chain(f: Saturating, y: F32, d: F32): void {
    this.#kernels.unaryGradient(UnaryOp[f], y, y, d, d, 0, 0);
  }
}
