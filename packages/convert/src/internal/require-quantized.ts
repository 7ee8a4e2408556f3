import { DTypeError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { callContext, requireTensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/**
 * The qparams of an input that must hold integers.
 * @throws ArgumentError for what is no tensor; DTypeError for a float one, naming the module that runs, the one that made it, and the stub to add.
 */
export function requireQuantized(x: Tensor): QParams {
  requireTensor(x, "quantized module");
  if (x.qparams) return x.qparams;
  const context = callContext();
  const producer = x.producer && context ? ` from ${context.nameOf(x.producer)}` : "";
  throw new DTypeError({
    where: context?.where() ?? "quantized module",
    expected: "a quantized tensor",
    got: x.describe() + producer,
    hint: "What made it was not quantized: put a QuantStub in front of this module, or give what made it a qconfig.",
  });
}
