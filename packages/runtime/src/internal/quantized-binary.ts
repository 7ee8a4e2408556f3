import { formatsCoincide, numberOfElements } from "@octavo/spec";
import type { Kernels, ProgramValue, Q8, Region } from "@octavo/spec";

import type { OpDefinition } from "../op-definition.ts";
import { sameShape } from "../step.ts";
import type { Step } from "../step.ts";
import { broadcastShape, expandBlock } from "./broadcasting.ts";
import { readRange } from "./quantized-layer.ts";

/**
 * An op of two 8-bit tensors by a kernel that takes both qparams. The kernel wants arrays of one length: an operand that
 * repeats, or lies in the other format, is written out into scratch memory first.
 */
export function quantizedBinary(name: string, kernel: "quantizedAdd" | "quantizedMul"): OpDefinition {
  return {
    name,
    version: 1,
    kernels: (step) => (step.inputs.every((x) => isWhole(x, step)) ? [kernel] : ["copyRegion", kernel]),
    inPlace: (step) => [0, 1].filter((i) => isWhole(step.inputs[i], step)),
    scratchBytes: (step) =>
      step.inputs.filter((x) => !isWhole(x, step)).length * numberOfElements(step.outputs[0].shape),

    check(step) {
      step.expectCounts(2);
      for (const value of [...step.inputs, ...step.outputs]) step.quantized8(value);
      readRange(step, step.outputs[0]);
      const [a, b] = step.inputs;
      return [broadcastShape(step, a.shape, b.shape)];
    },

    bind(step, { inputs, outputs, scratch }, kernels: Kernels) {
      const [a, b] = step.inputs.map((value) => step.quantized8(value).qparams);
      const [to] = step.outputs;
      const { scale, zeroPoint } = step.quantized8(to).qparams;
      const { low, high } = readRange(step, to);
      const [y] = outputs as Q8[];
      const copies: { from: Q8; to: Q8; block: Region }[] = [];
      const [aData, bData] = (inputs as Q8[]).map((data, i) => {
        if (isWhole(step.inputs[i], step)) return data;
        const at = scratch.byteOffset + copies.length * y.length;
        const whole = new (data.constructor as Uint8ArrayConstructor)(scratch.buffer, at, y.length);
        copies.push({ from: data, to: whole, block: expandBlock(step.inputs[i], to) });
        return whole;
      });
      return () => {
        for (const copy of copies) kernels.copyRegion(copy.from, copy.to, copy.block);
        kernels[kernel](
          aData,
          a.scale,
          a.zeroPoint,
          bData,
          b.scale,
          b.zeroPoint,
          y,
          scale,
          zeroPoint,
          low,
          high,
        );
      };
    },
  };
}

/** Whether an operand's elements lie as the output's do. */
function isWhole({ shape, memoryFormat }: ProgramValue, { outputs: [y] }: Step): boolean {
  return sameShape(shape, y.shape) && (memoryFormat === y.memoryFormat || formatsCoincide(shape));
}
