import { kernels } from "@octavo/backend";
import { Module } from "@octavo/nn";
import { channelBlocks } from "@octavo/spec";
import type { QParams, QuantizedDType } from "@octavo/spec";
import { noGrad, Tensor } from "@octavo/tensor";
import { activationQParams } from "../internal/program-value.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { programOp } from "../program-op.ts";
import type { ProgramStep } from "../program-op.ts";

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
  output: { readonly dtype: QuantizedDType; readonly qparams: ActivationQParams },
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

/** Remembers one step per input qparams: a module usually sees only one. */
export class StepsByInput {
  readonly #steps = new Map<string, ProgramStep>();

  get(input: QParams, make: () => ProgramStep): ProgramStep {
    const { scale, zeroPoint, quantMin, quantMax } = activationQParams(input);
    const key = [input.dtype, scale, zeroPoint, quantMin, quantMax].join();
    let step = this.#steps.get(key);
    if (!step) this.#steps.set(key, (step = make()));
    return step;
  }
}

/**
 * An activation function on integers, with output qparams of its own. Made of Hardswish, Sigmoid, ELU, ReLU6, ….
 * torch.ao.nn.quantized.Hardswish and its like.
 */
export class QuantizedFunction extends Module<[x: Tensor], Tensor> {
  /** Frozen, so that it is neither a child nor copied. */
  private readonly source: { readonly float: Module<[x: Tensor], Tensor> };
  private readonly output: { readonly dtype: QuantizedDType; readonly qparams: ActivationQParams };
  private readonly steps = new StepsByInput();

  constructor(float: Module<[x: Tensor], Tensor>, dtype: QuantizedDType, qparams: ActivationQParams) {
    super();
    this.source = Object.freeze({ float });
    this.output = Object.freeze({ dtype, qparams });
  }

  override forward(x: Tensor): Tensor {
    const input = x.qparams!;
    return programOp(
      x,
      this.steps.get(input, () =>
        lookupStep(input, (values) => this.source.float.forward(values), this.output),
      ),
    );
  }

  override typeName(): string {
    return `Quantized${this.source.float.typeName()}`;
  }

  override extraRepr(): string {
    const { scale, zeroPoint } = this.output.qparams;
    const own = this.source.float.extraRepr();
    return `${own ? `${own}, ` : ""}scale=${scale}, zero_point=${zeroPoint}`;
  }
}
