import { isolatedFrame } from "./internal/ownership.ts";
import { Scaled } from "./internal/scaled.ts";
import { Tensor } from "./tensor.ts";

/**
 * Shows x · factor to an observer, which has it until `use` returns: the product is computed if its elements are read; its range along
 * the factor's axis takes one pass over x and writes nothing.
 * @param factor broadcast to x.
 */
export function withProduct(x: Tensor, factor: Tensor, use: (product: Tensor) => void): void {
  const show = () => {
    const product = new Tensor(x);
    product.storage.defer(new Scaled(x, factor));
    use(product);
  };
  isolatedFrame(show, () => []);
}
