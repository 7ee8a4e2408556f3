import { kernels } from "@octavo/backend";
import { opTable, Step } from "@octavo/runtime";
import type { OpDefinition } from "@octavo/runtime";
import { FormatError, ShapeError } from "@octavo/spec";
import type { Kernels, Program, ProgramValue, TypedArray } from "@octavo/spec";
import { callContext } from "@octavo/tensor";
import type { Tensor, TensorInfo } from "@octavo/tensor";
import { formatFor } from "./op-formats.ts";
import type { ProgramStep } from "./program-op.ts";
import { KernelConstant } from "./kernel-constant.ts";
import { leadingInput } from "../internal/leading-input.ts";
import { outputQParams, programValue } from "../internal/program-value.ts";
import { sameQParams } from "../internal/same-qparams.ts";

/** What of an input a step was prepared for. */
type InputInfo = Required<TensorInfo>;

/** A step made ready for inputs of certain shapes, formats and qparams. */
export class PreparedStep {
  readonly output: TensorInfo;
  readonly #kernels: Kernels;
  readonly #inputs: readonly InputInfo[];
  readonly #definition: OpDefinition;
  readonly #step: Step;
  readonly #constants: Readonly<Record<string, KernelConstant>>;
  readonly #scratch: Uint8Array;

  /**
   * @param similar the same step prepared for other inputs, whose constants serve here too if only the batch differs.
   * @throws ShapeError for inputs that the op does not take.
   */
  constructor(step: ProgramStep, inputs: readonly Tensor[], similar?: PreparedStep) {
    this.#kernels = kernels();
    this.#definition = opTable.get(step.op)!;
    this.#inputs = inputs.map(({ shape, dtype, memoryFormat, qparams }) => ({
      shape,
      dtype,
      memoryFormat,
      qparams,
    }));
    const { program, output } = singleOp(step, this.#definition, inputs);
    this.output = output;
    this.#step = new Step(program, 0);
    this.#constants = similar?.fits(inputs, 1) ? similar.#constants : this.#prepareConstants();
    this.#scratch = new Uint8Array(this.#definition.scratchBytes?.(this.#step) ?? 0);
  }

  /** Whether it was prepared for such inputs and the kernels in use; shapes count from axis `first` on. */
  fits(inputs: readonly Tensor[], first = 0): boolean {
    if (inputs.length !== this.#inputs.length || this.#kernels !== kernels()) return false;
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      const known = this.#inputs[i];
      if (x.dtype !== known.dtype || x.memoryFormat !== known.memoryFormat) return false;
      if (x.rank !== known.shape.length || !sameQParams(x.qparams, known.qparams)) return false;
      for (let axis = first; axis < x.rank; axis++) if (x.shape[axis] !== known.shape[axis]) return false;
    }
    return true;
  }

  /** A batch of no examples has no results: kernels are not asked, which refuse it. */
  run(inputs: TypedArray[], output: TypedArray): void {
    if (output.length === 0) return;
    const constants: Record<string, TypedArray> = {};
    for (const role in this.#constants) constants[role] = this.#constants[role].view();
    const buffers = { inputs, outputs: [output], constants, scratch: this.#scratch };
    this.#definition.bind(this.#step, buffers, this.#kernels)();
  }

  #prepareConstants(): Record<string, KernelConstant> {
    const prepared = this.#definition.prepare?.(this.#step, this.#kernels) ?? {};
    return Object.fromEntries(
      Object.entries(prepared).map(([role, constant]) => [role, new KernelConstant(constant)]),
    );
  }
}

/** The step as a program of its own, and what its output is. */
function singleOp(
  step: ProgramStep,
  definition: OpDefinition,
  inputs: readonly Tensor[],
): { program: Program; output: TensorInfo } {
  const { op, attributes, constants } = step;
  const { dtype, qparams } = step.output;
  const values = inputs.map((x, i) => programValue(x, `input ${i}`));
  const { shape: xShape } = leadingInput(values);
  const wanted = formatFor(op, values);
  const indices = values.map((_, i) => i);
  const roles = Object.fromEntries(Object.keys(constants).map((role) => [role, role]));
  const outputs = [values.length];
  const programFor = (shape: readonly number[]): Program => {
    const memoryFormat = shape.length >= 3 ? wanted : "contiguous";
    const output: ProgramValue = { name: "output", shape, dtype, memoryFormat, ...(qparams && { qparams }) };
    return {
      formatVersion: 1,
      name: op,
      inputs: indices,
      outputs,
      values: [...values, output],
      ops: [
        {
          op,
          version: definition.version,
          name: op,
          inputs: indices,
          outputs,
          constants: roles,
          attributes,
        },
      ],
      constants,
    };
  };
  // The check reads the output's dtype, qparams and format only, so any shape of that rank serves to ask for its shape.
  const [shape] = named(op, () => definition.check(new Step(programFor(xShape), 0)));
  const program = programFor(shape);
  const { memoryFormat } = program.values[values.length];
  return {
    program,
    output: { shape, dtype, memoryFormat, qparams: qparams ? outputQParams(dtype, qparams) : null },
  };
}

/** Errors of the runtime, which knows ops only, with the module that runs now. */
function named<T>(op: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const { expected, got, hint } = cause;
    throw new ShapeError({ where: callContext()?.where() ?? op, expected, got, hint, cause });
  }
}
