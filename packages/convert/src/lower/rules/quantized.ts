import { requiredFormat } from "../../steps/op-formats.ts";
import type { ProgramStep } from "../../steps/program-op.ts";
import { rule } from "../lowering-rule.ts";
import type { LoweringRule, LoweringRules } from "../lowering-rule.ts";
import { constantOperand, takesConstant } from "./constant-operand.ts";

const asItRan = rule<ProgramStep>(({ op, attributes, constants }) => ({
  op,
  attributes,
  constants,
  format: requiredFormat(op),
}));

const programOp: LoweringRule = (record, activations) => {
  const hasConstant = takesConstant(record.attributes as ProgramStep) && activations.includes(false);
  return (hasConstant ? constantOperand : asItRan)(record, activations);
};

/** What quantized modules run, which is the runtime's already, and quantize and dequantize of tensors. */
export const quantized: LoweringRules = {
  programOp,
  quantize: rule(() => ({ op: "quantize" })),
  dequantize: rule(() => ({ op: "dequantize" })),
};
