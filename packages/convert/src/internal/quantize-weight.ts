import { kernels } from "@octavo/backend";
import { channelBlocksOf } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

/** Integers of a weight, clamped to the range of its quantizer, in the weight's own memory format. */
export function quantizeWeight(weight: Tensor, qparams: QParams): Tensor {
  const { dtype, scale, zeroPoint, axis, quantMin, quantMax } = qparams;
  const { shape, memoryFormat } = weight;
  const result = new Tensor({ shape, memoryFormat, dtype, qparams }).keep();
  const blocks = channelBlocksOf(shape, axis, memoryFormat);
  const integers = result.raw<Int8Array>();
  kernels().quantize(weight.data, scale, zeroPoint as Int32Array, integers, blocks, quantMin, quantMax);
  return result;
}
