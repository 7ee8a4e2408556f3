import { withDefaults } from "@octavo/spec";
import { dropout } from "@octavo/tensor";
import type { Generator, Tensor } from "@octavo/tensor";
import { pythonFloat } from "../internal/python-text.ts";
import { requireNumber } from "../internal/require-number.ts";
import { Module } from "../module.ts";

/** Zeroes elements at random while training and scales the others by 1 / (1 − p); does nothing in eval mode. */
export class Dropout extends Module<[x: Tensor], Tensor> {
  readonly p: number;
  readonly generator: Generator | undefined;

  constructor(p = 0.5, options: { generator?: Generator } = {}) {
    super();
    this.p = requireNumber(p, "Dropout", "p");
    this.generator = withDefaults("Dropout", { generator: undefined }, options).generator;
  }

  override forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training, generator: this.generator });
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}
