import type { Tensor } from "@octavo/tensor";
import { fans, kaimingUniform_, uniform_ } from "../init.ts";
import type { InitOptions } from "../init.ts";

/** How torch initialises linear and convolution layers: Kaiming uniform with a = √5, bias within ±1/√fanIn. */
export function resetLayer(weight: Tensor, bias: Tensor | null, options: InitOptions = {}): void {
  kaimingUniform_(weight, { a: Math.sqrt(5), ...options });
  if (!bias) return;
  const { fanIn } = fans(weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  uniform_(bias, -bound, bound, options);
}
