import type { ProgramValue, Q8 } from "@octavo/spec";

import { asIs } from "../op-definition.ts";
import type { OpDefinition, Prepared } from "../op-definition.ts";
import { requantization } from "../requantization.ts";
import type { Requantization, RequantizationInput } from "../requantization.ts";
import type { Step } from "../step.ts";
import { convMethod } from "./conv-method.ts";
import { expectScales } from "./expect-scales.ts";
import type { ReadGeometry } from "./layer-geometry.ts";

/** Inclusive range that a quantized output is clamped to: the attributes `low` and `high`, by default its qparams'. */
export function readRange(step: Step, y: ProgramValue): { low: number; high: number } {
  const { quantMin, quantMax } = step.quantized8(y).qparams;
  const low = step.integer("low", -128, quantMin);
  const high = step.integer("high", -128, quantMax);
  if (low > high || low < quantMin || high > quantMax) {
    step.fail(`low ≤ high within ${quantMin} … ${quantMax}`, `low ${low}, high ${high}`);
  }
  return { low, high };
}

/** Zero points and range of a quantized convolution or linear layer. */
export const readLayer = (step: Step) => step.once(findLayer, undefined);

function findLayer(step: Step) {
  const x = step.quantized8(step.inputs[0]);
  const y = step.quantized8(step.outputs[0]);
  return { xZeroPoint: x.qparams.zeroPoint, yZeroPoint: y.qparams.zeroPoint, ...readRange(step, y) };
}

/** Bias and multiplier from the constants `weightScale` and `bias`. */
export function readRequantization(step: Step, channels: number): Requantization {
  return requantization(readScales(step, channels));
}

const readScales = (step: Step, channels: number) => step.once(findScales, channels);

function findScales(step: Step, channels: number): RequantizationInput {
  return {
    inputScale: step.quantized8(step.inputs[0]).qparams.scale,
    outputScale: step.quantized8(step.outputs[0]).qparams.scale,
    weightScale: step.perChannelConstant("weightScale", "float32", channels).data as Float32Array,
    bias: (step.optionalConstant("bias", ["float32"], [channels])?.data ?? null) as Float32Array | null,
    channels,
    torchEngine: step.optionalChoice("torchEngine", ["qnnpack"]),
  };
}

/** The constant `weightZeroPoint`, one entry per output channel; zeros when absent. */
export function readWeightZeroPoint(step: Step, channels: number): Int32Array {
  const all = new Int32Array(channels);
  if (!step.has("weightZeroPoint")) return all;
  const { data } = step.perChannelConstant("weightZeroPoint", "int32", channels);
  return data.length === 1 ? all.fill(data[0] as number) : (data as Int32Array);
}

/** Checks everything about a quantized layer but its geometry. */
export function checkLayer(step: Step, channels: number): void {
  readLayer(step);
  const scales = readScales(step, channels);
  readWeightZeroPoint(step, channels);
  step.expectBetween("weightZeroPoint", -129, 128);
  expectQuotients(step, scales, expectScales(step, "weightScale", "bias"));
}

/** Each scale is right by itself, but what float32 makes of them may be 0, infinite or NaN: looked at where they are most unlike. */
function expectQuotients(
  step: Step,
  scales: RequantizationInput,
  [[small, large], biases]: number[][],
): void {
  const weightScale = Float32Array.of(small, small, large);
  const worst = { ...scales, weightScale, bias: Float32Array.of(...biases, 0), channels: 3 };
  const { bias, multiplier } = requantization(worst);
  for (const number of multiplier) {
    step.expectNumber("input scale · weight scale / output scale", number, 0, Infinity);
  }
  // The smallest scale may be one channel's and the bias another's: only where these two do not fit are all looked at.
  const biasesToCheck = bias.every(Number.isFinite) ? bias : requantization(scales).bias;
  for (const number of biasesToCheck) {
    step.expectNumber("bias / (input scale · weight scale)", number, -Infinity, Infinity);
  }
}

/** A quantized layer that `quantizedConv` runs, with what is packed for it. */
export function quantizedLayer(name: string, read: ReadGeometry): OpDefinition {
  return {
    name,
    version: 1,
    kernels: ["quantizedConv"],
    method: convMethod,

    check(step) {
      const geometry = read(step, "qint8");
      checkLayer(step, geometry.channels);
      return [geometry.output(step)];
    },

    prepare(step, kernels) {
      const geometry = read(step, "qint8");
      const { channels } = geometry;
      const weight = geometry.weight.data as Int8Array;
      const { bias, multiplier } = readRequantization(step, channels);
      const weightZeroPoint = readWeightZeroPoint(step, channels);
      const { zeroPoint, quantMin, quantMax } = step.quantized8(step.inputs[0]).qparams;
      const facts = [geometry.shape(step), zeroPoint, quantMin, quantMax] as const;
      const packed: Prepared = {
        array: Uint8Array,
        length: kernels.quantizedConvPackedBytes(weight, weightZeroPoint, ...facts),
        fill: (target) => kernels.quantizedConvPack(weight, weightZeroPoint, target as Uint8Array, ...facts),
      };
      return { packed, bias: asIs(bias), multiplier: asIs(multiplier) };
    },

    bind(step, buffers, kernels) {
      const shape = read(step, "qint8").shape(step);
      const { xZeroPoint, yZeroPoint, low, high } = readLayer(step);
      const [x] = buffers.inputs as Q8[];
      const [y] = buffers.outputs as Q8[];
      const { packed, bias, multiplier } = buffers.constants as ConvConstants;
      return () =>
        kernels.quantizedConv(x, packed, bias, multiplier, y, shape, xZeroPoint, yZeroPoint, low, high);
    },
  };
}

type ConvConstants = { packed: Uint8Array; bias: Float32Array | Int32Array; multiplier: Float32Array };
