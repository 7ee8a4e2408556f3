import { formatsCoincide, numberOfElements } from "@octavo/spec";
import type { KernelName, Kernels, ProgramValue, Q8, Region } from "@octavo/spec";

import type { OpDefinition } from "../op-definition.ts";
import { sameShape } from "../step.ts";
import type { Step } from "../step.ts";
import { broadcastShape, expandBlock } from "./broadcasting.ts";
import { readRange } from "./quantized-layer.ts";

type PairCall = (a: Q8, b: Q8, y: Q8) => void;

/** How an op computes on whole arrays, as its attributes say. */
interface PairRule {
  kernel(step: Step): KernelName;
  /** A kernel call with everything but its arrays. */
  bind(step: Step, kernels: Kernels): PairCall;
}

/**
 * An op of two 8-bit tensors by a kernel that wants arrays of one length: an operand that repeats, or lies in the other
 * format, is written out into scratch memory first.
 */
export function quantizedBinary(name: string, rule: PairRule): OpDefinition {
  return {
    name,
    version: 1,
    kernels(step) {
      const isCopied = step.inputs.some((x) => !isWhole(x, step));
      return isCopied ? ["copyRegion", rule.kernel(step)] : [rule.kernel(step)];
    },
    inPlace: (step) => [0, 1].filter((i) => isWhole(step.inputs[i], step)),
    scratchBytes: (step) =>
      step.inputs.filter((x) => !isWhole(x, step)).length * numberOfElements(step.outputs[0].shape),

    check(step) {
      step.expectCounts(2);
      for (const value of [...step.inputs, ...step.outputs]) {
        // Between these 1 / scale is finite, and so is the sum of two values of at most 255 · scale each: of the NaN that comes of
        // infinities each kernel makes another integer.
        step.expectNumber(
          `scale of '${value.name}'`,
          step.quantized8(value).qparams.scale,
          2 ** -128,
          2 ** 119,
        );
      }
      readRange(step, step.outputs[0]);
      rule.kernel(step);
      const [a, b] = step.inputs;
      return [broadcastShape(step, a.shape, b.shape)];
    },

    bind(step, { inputs, outputs, scratch }, kernels) {
      const [to] = step.outputs;
      const [y] = outputs as Q8[];
      const copies: { from: Q8; to: Q8; block: Region }[] = [];
      const [a, b] = (inputs as Q8[]).map((data, i) => {
        if (isWhole(step.inputs[i], step)) return data;
        const at = scratch.byteOffset + copies.length * y.length;
        const whole = new (data.constructor as Uint8ArrayConstructor)(scratch.buffer, at, y.length);
        copies.push({ from: data, to: whole, block: expandBlock(step.inputs[i], to) });
        return whole;
      });
      const call = rule.bind(step, kernels);
      return () => {
        for (const copy of copies) kernels.copyRegion(copy.from, copy.to, copy.block);
        call(a, b, y);
      };
    },
  };
}

/** The rule of kernels that take both qparams as they are. */
export function bindPair(kernel: "quantizedAdd" | "quantizedMul", step: Step, kernels: Kernels): PairCall {
  const [a, b] = step.inputs.map((value) => step.quantized8(value).qparams);
  const { scale, zeroPoint } = step.quantized8(step.outputs[0]).qparams;
  const { low, high } = readRange(step, step.outputs[0]);
  return (x, other, y) =>
    kernels[kernel](x, a.scale, a.zeroPoint, other, b.scale, b.zeroPoint, y, scale, zeroPoint, low, high);
}

/** Whether an operand's elements lie as the output's do. */
function isWhole({ shape, memoryFormat }: ProgramValue, { outputs: [y] }: Step): boolean {
  return sameShape(shape, y.shape) && (memoryFormat === y.memoryFormat || formatsCoincide(shape));
}
