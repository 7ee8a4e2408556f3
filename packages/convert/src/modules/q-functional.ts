import type { ExtraState, StateDict } from "@octavo/nn";
import { Functional } from "@octavo/qat";
import type { FunctionalOperation } from "@octavo/qat";
import type { QuantizedDType } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";
import { loadedOutput, outputState } from "../internal/output-state.ts";
import type { QuantizedOutput } from "../internal/output-state.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { QuantizedArithmetic } from "../internal/quantized-arithmetic.ts";
import { requireQuantized } from "../internal/require-quantized.ts";

/**
 * Operations between quantized activations; what `convert` makes of a FloatFunctional. torch.ao.nn.quantized.QFunctional.
 * `add`, `mul`, `cat`, … give the qparams found by the observer; `addScalar` and `mulScalar` derive them from their input's.
 */
export class QFunctional extends Functional implements ExtraState {
  private output: QuantizedOutput | null;
  private arithmetic: QuantizedArithmetic;

  private readonly torchEngine: "qnnpack" | null;

  /**
   * @param output null: only the operations with a number can run.
   * @param torchEngine `qnnpack`: additions to the bit as that engine's.
   */
  constructor(
    output: readonly [QuantizedDType, ActivationQParams] | null,
    torchEngine: "qnnpack" | null = null,
  ) {
    super();
    this.torchEngine = torchEngine;
    this.output = output && Object.freeze({ dtype: output[0], qparams: output[1] });
    this.arithmetic = new QuantizedArithmetic(this.output, torchEngine);
  }

  /** @throws DTypeError for a float operand, QuantizationError where no observer saw the operation's result. */
  override forward(operation: FunctionalOperation, ...operands: unknown[]): Tensor {
    for (const x of operands.flat()) if (x instanceof Tensor) requireQuantized(x);
    return this.arithmetic[operation](...(operands as [never, never]));
  }

  extraState(): StateDict {
    return this.output ? outputState(this.output) : new Map();
  }

  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    this.output &&= loadedOutput(this.output, state);
    this.arithmetic = new QuantizedArithmetic(this.output, this.torchEngine);
  }

  override extraRepr(): string {
    if (!this.output) return "";
    const { scale, zeroPoint } = this.output.qparams;
    return `scale=${scale}, zero_point=${zeroPoint}`;
  }
}
