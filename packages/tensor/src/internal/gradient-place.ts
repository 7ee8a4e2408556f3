import { Tensor } from "../tensor.ts";

/**
 * Where a rule writes the gradient of `input`, element by element from that of an output of the same layout: over the
 * latter if nobody else will read it, which spares memory and its traffic. A leaf's grad gets memory of its own.
 */
export function gradientPlace(gradient: Tensor, input: Tensor): Tensor {
  return input.node === null || gradient.storage.shared ? new Tensor(input) : gradient;
}
