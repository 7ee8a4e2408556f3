import type { ProgramConstant } from "@octavo/spec";
import { toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { QuantizedOutput } from "../internal/output-state.ts";
import { quantizeNumber } from "../internal/quantize-number.ts";
import type { LayerGeometry } from "./layer-geometry.ts";
import type { ProgramStep } from "./program-op.ts";

export interface LayerStepParts {
  readonly geometry: LayerGeometry;
  /** qint8, torch's shape. */
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly output: QuantizedOutput;
  /** Smallest and largest real value that leaves the layer: a fused relu or relu6. */
  readonly clamp: readonly [low: number, high: number];
  readonly torchEngine: "qnnpack" | null;
}

/** A quantized layer as an op of the runtime. The constants are copies. */
export function layerStep(parts: LayerStepParts): ProgramStep & { readonly output: QuantizedOutput } {
  const { geometry, weight, bias, output, clamp, torchEngine } = parts;
  const { op, attributes, channels, repeat } = geometry;
  return Object.freeze({
    op,
    attributes: { ...attributes, ...integerClamp(clamp, output), ...(torchEngine && { torchEngine }) },
    constants: constantsOf(weight, bias, channels, repeat),
    output,
  });
}

/** `low` and `high` in integers, where they narrow the range; relu's low is quantize(0), the zero point. */
function integerClamp([low, high]: readonly [number, number], { qparams }: QuantizedOutput) {
  return {
    ...(low > -Infinity && { low: quantizeNumber(low, qparams) }),
    ...(high < Infinity && { high: quantizeNumber(high, qparams) }),
  };
}

/** Weights with channels innermost; scales and zero points repeated over groups where the weight's axis is per group. */
function constantsOf(weight: Tensor, bias: Tensor | null, channels: number, repeat: number) {
  const { shape } = weight;
  const { scale, zeroPoint } = weight.qparams!;
  const laidOut = shape.length > 2 ? [shape[0], ...shape.slice(2), shape[1]] : shape;
  const data = toMemoryFormat(weight, "channelsLast").raw().slice();
  const scales = repeated(scale, repeat);
  const constants: Record<string, ProgramConstant> = {
    weight: { dtype: "qint8", shape: laidOut, data },
    weightScale: { dtype: "float32", shape: [scales.length], data: scales },
  };
  if (zeroPoint.some((zero) => zero !== 0)) {
    const zeros = Int32Array.from(repeated(Float32Array.from(zeroPoint), repeat));
    constants.weightZeroPoint = { dtype: "int32", shape: [zeros.length], data: zeros };
  }
  if (bias) constants.bias = { dtype: "float32", shape: [channels], data: bias.data.slice() };
  return constants;
}

function repeated(values: Float32Array, times: number): Float32Array {
  if (values.length === 1 || times === 1) return values;
  return Float32Array.from({ length: values.length * times }, (_, i) => values[i % values.length]);
}
