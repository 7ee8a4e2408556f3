import { formatOf } from "../../steps/op-formats.ts";
import type { ProgramStep } from "../../steps/program-op.ts";
import { rule } from "../lowering-rule.ts";
import type { LoweringRules } from "../lowering-rule.ts";

/** What quantized modules run, which is the runtime's already, and quantize and dequantize of tensors. */
export const quantized: LoweringRules = {
  programOp: rule<ProgramStep>(({ op, attributes, constants }) => ({
    op,
    attributes,
    constants,
    // Quantizing in the format that comes leaves bytes instead of floats to be moved into the other.
    format: op === "quantize" ? undefined : (formatOf(op) ?? undefined),
  })),
  quantize: rule(() => ({ op: "quantize" })),
  dequantize: rule(() => ({ op: "dequantize" })),
};
