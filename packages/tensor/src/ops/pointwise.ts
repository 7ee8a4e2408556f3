import { defineUnary } from "../internal/define-unary.ts";

/** −x */
export const neg = defineUnary({ name: "neg", reads: "nothing" });
/** |x|; the gradient at 0 is 0. */
export const abs = defineUnary({ name: "abs", reads: "input" });
/** x² */
export const square = defineUnary({ name: "square", reads: "input" });
/** eˣ */
export const exp = defineUnary({ name: "exp", reads: "output" });
/** Natural logarithm. */
export const log = defineUnary({ name: "log", reads: "input" });
/** √x */
export const sqrt = defineUnary({ name: "sqrt", reads: "output" });
/** 1 / √x */
export const rsqrt = defineUnary({ name: "rsqrt", reads: "output" });
/** 1 / x */
export const reciprocal = defineUnary({ name: "reciprocal", reads: "output" });
/** −1, 0 or 1; its gradient is 0. */
export const sign = defineUnary({ name: "sign", reads: "nothing" });
/** The next integer below; its gradient is 0. */
export const floor = defineUnary({ name: "floor", reads: "nothing" });
/** The nearest integer, halves to even as torch.round; its gradient is 0. */
export const round = defineUnary({ name: "round", reads: "nothing" });
