import { UnaryOp } from "@octavo/spec";
import type { Kernels, UnaryOpName } from "@octavo/spec";
import { exponentialLinear } from "./exponential-linear.ts";
import { gated } from "./gated.ts";
import { piecewiseLinear } from "./piecewise-linear.ts";
import { powers } from "./powers.ts";
import { sigmoids } from "./sigmoids.ts";
import { steps } from "./steps.ts";
import type { UnaryRule } from "./unary-rule.ts";

const rules: { readonly [Name in UnaryOpName]: UnaryRule } = {
  ...piecewiseLinear,
  ...steps,
  ...powers,
  ...sigmoids,
  ...exponentialLinear,
  ...gated,
};

const ruleByCode: UnaryRule[] = [];
for (const [name, code] of Object.entries(UnaryOp)) ruleByCode[code] = rules[name as UnaryOpName];

export const unaryKernels = {
  unary(operator, x, y, alpha, beta) {
    ruleByCode[operator].forward(x, y, Math.fround(alpha), Math.fround(beta));
  },
  unaryGradient(operator, x, y, dy, dx, alpha, beta) {
    ruleByCode[operator].gradient(x, y, dy, dx, Math.fround(alpha), Math.fround(beta));
  },
} satisfies Partial<Kernels>;
