import { requiredFormat } from "../../steps/op-formats.ts";
import type { ProgramStep } from "../../steps/program-op.ts";
import { rule } from "../lowering-rule.ts";
import type { LoweringRules } from "../lowering-rule.ts";

/** What quantized modules run, which is the runtime's already, and quantize and dequantize of tensors. */
export const quantized: LoweringRules = {
  programOp: rule<ProgramStep>(({ op, attributes, constants }) => ({
    op,
    attributes,
    constants,
    format: requiredFormat(op),
  })),
  quantize: rule(() => ({ op: "quantize" })),
  dequantize: rule(() => ({ op: "dequantize" })),
};
