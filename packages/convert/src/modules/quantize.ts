import { Module } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import { kernels } from "@octavo/backend";
import { ArgumentError, channelBlocksOf, DTypeError } from "@octavo/spec";
import type { QuantizedDType } from "@octavo/spec";
import { callContext, requireTensor, requireUnquantized, withTracer } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { loadedOutput, outputState } from "../internal/output-state.ts";
import type { QuantizedOutput } from "../internal/output-state.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";

const isQuantizedAlready = "It is quantized already: remove this QuantStub, or put a DeQuantStub before it.";

/** Float in, integers out, with fixed qparams; what `convert` makes of a `QuantStub`. torch.ao.nn.quantized.Quantize. */
export class Quantize extends Module<[x: Tensor], Tensor> implements ExtraState {
  static readonly isLeafModule = true;
  private step: ProgramStep & { readonly output: QuantizedOutput };

  constructor(dtype: QuantizedDType, qparams: ActivationQParams) {
    super();
    this.step = quantizeStep({ dtype, qparams });
  }

  /**
   * In the format that comes: what wants another moves bytes, which is faster than moving floats here.
   * @throws DTypeError for a tensor that is quantized already, or of int32 or int64. @throws ArgumentError for NaN, which no integer stands for: the
   * runtime refuses it too, where torch makes the zero point of it.
   */
  override forward(x: Tensor): Tensor {
    requireTensor(x, "Quantize");
    requireUnquantized("Quantize", [x], isQuantizedAlready);
    requireFloats(x);
    withTracer(null, () => requireNumbers(x));
    return programOp(x, this.step);
  }

  get scale(): number {
    return this.step.output.qparams.scale;
  }

  get zeroPoint(): number {
    return this.step.output.qparams.zeroPoint;
  }

  extraState(): StateDict {
    return outputState(this.step.output, [1]);
  }

  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    this.step = quantizeStep(loadedOutput(this.step.output, state));
  }

  override extraRepr(): string {
    const scale = this.scale < 1e-4 ? this.scale.toExponential(4) : this.scale.toFixed(4);
    return `scale=tensor([${scale}]), zero_point=tensor([${this.zeroPoint}]), dtype=${this.step.output.dtype}`;
  }
}

/** Integers in, float out, with the qparams that the tensor carries; what `convert` makes of a `DeQuantStub`. */
export class DeQuantize extends Module<[x: Tensor], Tensor> {
  static readonly isLeafModule = true;

  /** A float tensor passes as it is, as in torch. */
  override forward(x: Tensor): Tensor {
    requireTensor(x, "DeQuantize");
    return x.isQuantized ? programOp(x, dequantizeStep) : x;
  }
}

/** float32 → the integers of `output`. */
export function quantizeStep(output: QuantizedOutput): ProgramStep & { readonly output: QuantizedOutput } {
  return Object.freeze({ op: "quantize", attributes: {}, constants: {}, output });
}

/** Integers → float32. */
export const dequantizeStep: ProgramStep = {
  op: "dequantize",
  attributes: {},
  constants: {},
  output: { dtype: "float32" },
};

function requireFloats(x: Tensor): void {
  if (x.dtype === "float32") return;
  throw new DTypeError({
    where: callContext()?.where() ?? "Quantize",
    expected: "a float32 tensor",
    got: x.describe(),
    hint: "Convert it, with the scaling that the network was trained with.",
  });
}

/** One pass; what the runtime does with its inputs, so that it need not be written down. */
function requireNumbers(x: Tensor): void {
  if (x.numel === 0) return;
  const [min, max] = [new Float32Array(1), new Float32Array(1)];
  kernels().minMax(x.data, min, max, channelBlocksOf(x.shape, null));
  if (!Number.isNaN(min[0])) return;
  throw new ArgumentError({
    where: callContext()?.where() ?? "Quantize",
    expected: "numbers",
    got: "NaN among them",
    hint: "From a division by zero, or an image that was not read?",
  });
}
