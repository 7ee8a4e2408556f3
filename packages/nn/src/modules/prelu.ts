import { withDefaults } from "@octavo/spec";
import { full, prelu } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** x > 0 ? x : weight · x with a learned weight, one for all or one per channel. torch.nn.PReLU. */
export class PReLU extends Module<[x: Tensor], Tensor> {
  readonly numParameters: number;
  weight: Parameter;

  constructor(numParameters = 1, options: { readonly init?: number } = {}) {
    super();
    requireCounts("PReLU", { numParameters });
    const { init } = withDefaults("PReLU", { init: 0.25 }, options);
    this.numParameters = numParameters;
    this.weight = new Parameter(full([numParameters], init));
  }

  override forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
