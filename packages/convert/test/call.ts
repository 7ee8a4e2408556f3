import { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";

/** A module that is one function. */
export class Call<O> extends Module<[x: Tensor], O> {
  /** Frozen: neither a child nor copied. */
  private readonly called: { readonly run: (x: Tensor) => O };

  constructor(run: (x: Tensor) => O) {
    super();
    this.called = Object.freeze({ run });
  }

  override forward(x: Tensor): O {
    return this.called.run(x);
  }
}
