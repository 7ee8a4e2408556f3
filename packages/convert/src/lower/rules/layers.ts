import { QuantizationError } from "@octavo/spec";
import { add, mul, neg, noGrad, rsqrt, sub } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { convolutionAttributes } from "../../steps/convolution-attributes.ts";
import type { ConvolutionGeometry } from "../../steps/convolution-attributes.ts";
import { constant, everyRank, misplaced, rule } from "../lowering-rule.ts";
import type { LoweringRule, LoweringRules } from "../lowering-rule.ts";

const convolution = (op: string) =>
  rule<ConvolutionGeometry>(
    (geometry, { inputs: [, weight, bias] }) => ({
      op,
      attributes: convolutionAttributes(geometry, weight!.shape.slice(2)),
      constants: { weight: constant(weight!, "channelsLast"), ...(bias && { bias: constant(bias) }) },
      format: "channelsLast",
    }),
    1,
  );

const linear = rule(
  (_, { inputs: [, weight, bias] }) => ({
    op: "floatLinear",
    constants: { weight: constant(weight!), ...(bias && { bias: constant(bias) }) },
    format: "contiguous",
  }),
  1,
);

/** The table comes first among its operands. */
const embedding: LoweringRule = (record, [tableVaries, indicesVary]) => {
  const [table, indices] = record.inputs as [Tensor, Tensor];
  if (tableVaries || !indicesVary) throw misplaced(record, tableVaries ? 0 : 1, !tableVaries);
  return { op: "embedding", inputs: [indices], constants: { weight: constant(table) }, format: "contiguous" };
};

/** The same operations in the same order as tensor's batchNorm, so that the bits agree. */
const batchNorm = rule<{ eps: number; training: boolean }>(
  ({ eps, training }, { inputs: [, weight, bias, mean, variance], where }) => {
    if (training || !mean || !variance) {
      throw new QuantizationError({
        where,
        expected: "batch norm with running statistics, in evaluation mode",
        got: "one that normalises by each batch's own",
      });
    }
    return noGrad(() => {
      const invStd = rsqrt(add(variance, eps));
      const scale = weight ? mul(invStd, weight) : invStd;
      const offset = mul(mean, scale);
      const shift = bias ? sub(bias, offset) : neg(offset);
      return {
        op: "channelAffine",
        constants: { scale: constant(scale), shift: constant(shift) },
        format: "channelsLast",
      };
    });
  },
  1,
);

/** Float layers with weights. */
export const layers: LoweringRules = {
  ...everyRank("conv", convolution("floatConv")),
  ...everyRank("convTranspose", convolution("floatConvTranspose")),
  linear,
  embedding,
  batchNorm,
};
