import { requireUnquantized } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** @throws DTypeError for a recurrent layer or cell with a quantized input or state: a qconfig does not help. */
export function requireFloatRecurrence(...inputs: readonly (Tensor | null)[]): void {
  requireUnquantized(
    "recurrent",
    inputs,
    "Recurrent layers compute on floats; quantizeDynamic makes their weights integers, a qconfig does not. Put a DeQuantStub before it, and a QuantStub behind it where integers go on.",
  );
}
