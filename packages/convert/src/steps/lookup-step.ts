import { kernels } from "@octavo/backend";
import { channelBlocks } from "@octavo/spec";
import type { QParams, QuantizedDType } from "@octavo/spec";
import { noGrad, Tensor } from "@octavo/tensor";
import type { QuantizedOutput } from "../internal/output-state.ts";
import type { ProgramStep } from "./program-op.ts";

/** All 256 integers of an 8-bit dtype, smallest first. */
function everyInteger(dtype: QuantizedDType): Uint8Array | Int8Array {
  return dtype === "quint8"
    ? Uint8Array.from({ length: 256 }, (_, i) => i)
    : Int8Array.from({ length: 256 }, (_, i) => i - 128);
}

/**
 * Any function of one value as a table of 256 integers: dequantize → function → quantize, computed once for the input's
 * qparams. relu, hardswish, sigmoid, a change of scale.
 */
export function lookupStep(
  input: QParams,
  apply: (x: Tensor) => Tensor,
  output: QuantizedOutput,
): ProgramStep {
  const data = tableOf(input, 1, apply, output);
  return Object.freeze({
    op: "lookup",
    attributes: {},
    constants: { table: { dtype: output.dtype, shape: [256], data } },
    output,
  });
}

/** dequantize → `apply` → quantize of all 256 integers, `copies` times in a row. */
export function tableOf(
  input: QParams,
  copies: number,
  apply: (x: Tensor) => Tensor,
  { dtype, qparams }: QuantizedOutput,
): Uint8Array | Int8Array {
  const length = 256 * copies;
  const blocks = channelBlocks({ outer: 1, channels: 1, inner: length });
  const once = everyInteger(input.dtype);
  const integers = new (once.constructor as Uint8ArrayConstructor)(length);
  for (let at = 0; at < length; at += 256) integers.set(once, at);
  const x = new Tensor({ shape: [length] });
  kernels().dequantize(integers, input.scale, input.zeroPoint as Int32Array, x.data, blocks);
  const y = noGrad(() => apply(x));
  const data = dtype === "quint8" ? new Uint8Array(length) : new Int8Array(length);
  const [scale, zeroPoint] = [Float32Array.of(qparams.scale), Int32Array.of(qparams.zeroPoint)];
  kernels().quantize(y.data, scale, zeroPoint, data, blocks, qparams.quantMin, qparams.quantMax);
  return data;
}
