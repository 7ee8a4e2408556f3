import { QuantizationError } from "@octavo/spec";
import type { ProgramAttribute } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { activationQParams } from "../internal/program-value.ts";
import { quantizeNumber } from "../internal/quantize-number.ts";

/** Attributes of tensor's pad: elements before and after one axis. */
export interface PadAttributes {
  readonly dim: number;
  readonly before: number;
  readonly after: number;
  readonly mode: string;
  readonly value: number;
}

/** @throws QuantizationError naming `where`, for padding with elements of x, which programs do not have. */
export function padAttributes(
  { dim, before, after, mode, value }: PadAttributes,
  { shape, qparams }: Tensor,
  where: string,
): Readonly<Record<string, ProgramAttribute>> {
  if (mode !== "constant") {
    throw new QuantizationError({
      where,
      expected: 'pad with mode "constant"',
      got: `"${mode}"`,
      hint: qparams
        ? "Put a DeQuantStub before it and a QuantStub after it."
        : "Keep this part outside of the lowered model.",
    });
  }
  const along = (amount: number) => shape.map((_, axis) => (axis === dim ? amount : 0));
  const filling = qparams ? quantizeNumber(value, activationQParams(qparams)) : value;
  return { before: along(before), after: along(after), ...(value !== 0 && { value: filling }) };
}
