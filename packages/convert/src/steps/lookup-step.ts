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

const blocks = channelBlocks({ outer: 1, channels: 1, inner: 256 });

/**
 * Any function of one value as a table of 256 integers: dequantize → function → quantize, computed once for the input's
 * qparams. relu, hardswish, sigmoid, a change of scale.
 */
export function lookupStep(
  input: QParams,
  apply: (x: Tensor) => Tensor,
  output: QuantizedOutput,
): ProgramStep {
  const { dtype, qparams } = output;
  const x = new Tensor({ shape: [256] });
  kernels().dequantize(everyInteger(input.dtype), input.scale, input.zeroPoint as Int32Array, x.data, blocks);
  const y = noGrad(() => apply(x));
  const data = dtype === "quint8" ? new Uint8Array(256) : new Int8Array(256);
  const [scale, zeroPoint] = [Float32Array.of(qparams.scale), Int32Array.of(qparams.zeroPoint)];
  kernels().quantize(y.data, scale, zeroPoint, data, blocks, qparams.quantMin, qparams.quantMax);
  return Object.freeze({
    op: "lookup",
    attributes: {},
    constants: { table: { dtype, shape: [256], data } },
    output,
  });
}
