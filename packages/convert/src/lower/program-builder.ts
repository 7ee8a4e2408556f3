import { opTable } from "@octavo/runtime";
import { formatsCoincide } from "@octavo/spec";
import type { MemoryFormat, Program, ProgramConstant, ProgramOp, ProgramValue } from "@octavo/spec";
import { leadingInput } from "../internal/leading-input.ts";
import type { LoweredOp, LoweredStep } from "./lowering-rule.ts";

type OutputInfo = Pick<ProgramValue, "dtype" | "shape" | "qparams">;
type Op = Omit<ProgramOp, "version" | "outputs">;

/** Collects values, ops and constants of a `Program`, and puts format changes between ops that need them. */
export class ProgramBuilder {
  readonly #inputs: number[] = [];
  readonly #outputs: number[] = [];
  readonly #values: ProgramValue[] = [];
  readonly #ops: ProgramOp[] = [];
  readonly #constants: Record<string, ProgramConstant> = {};
  readonly #converted = new Map<string, number>();

  addInput(name: string, info: OutputInfo): number {
    const index = this.#addValue({ name, ...info, memoryFormat: "contiguous" });
    this.#inputs.push(index);
    return index;
  }

  /** Adds an op; returns the index of its output. `path` names it for people. */
  add(path: string, lowered: LoweredOp, given: readonly number[], output: OutputInfo): number {
    const { op, first = [], attributes = {}, constants: weights = {} } = lowered;
    const from = first.reduce((indices, step) => [this.#addStep(path, step, indices[0])], given);
    const format = lowered.format ?? leadingInput(from.map((index) => this.#values[index])).memoryFormat;
    const inputs = from.map((index) => this.#inFormat(index, format));
    const constants = this.#addConstants(path, weights);
    const value = { name: path, ...output, memoryFormat: format };
    return this.#addOp({ op, name: path, inputs, constants, attributes }, value);
  }

  #addStep(name: string, step: LoweredStep, from: number): number {
    const { op, attributes, format: memoryFormat } = step;
    const input = this.#inFormat(from, memoryFormat);
    const { shape, dtype, qparams } = this.#values[input];
    const numbers = step.dtype ? { dtype: step.dtype } : { dtype, ...(qparams && { qparams }) };
    const constants = this.#addConstants(name, step.constants ?? {});
    const value = { name, shape: step.shape(shape), ...numbers, memoryFormat };
    return this.#addOp({ op, name, inputs: [input], constants, attributes }, value);
  }

  #addConstants(path: string, constants: Readonly<Record<string, ProgramConstant>>): ProgramOp["constants"] {
    const named = Object.entries(constants).map(([role, data]) => [
      role,
      this.#addConstant(`${path}.${role}`, data),
    ]);
    return Object.fromEntries(named) as ProgramOp["constants"];
  }

  /** Contiguous and with a name of its own, so a value that already is an input or output is copied. */
  addOutput(name: string, from: number): void {
    const plain = this.#inFormat(from, "contiguous");
    const isTaken = this.#inputs.includes(plain) || this.#outputs.includes(plain);
    const value: ProgramValue = { ...this.#values[plain], name, memoryFormat: "contiguous" };
    if (!isTaken) this.#values[plain] = value;
    this.#outputs.push(isTaken ? this.#reshape(plain, value) : plain);
  }

  build(name: string): Program {
    return {
      formatVersion: 1,
      name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      values: this.#values,
      ops: this.#ops,
      constants: this.#constants,
    };
  }

  /** The value itself, or a copy of it in the other format, made once. */
  #inFormat(index: number, memoryFormat: MemoryFormat): number {
    const value = this.#values[index];
    if (value.memoryFormat === memoryFormat || formatsCoincide(value.shape)) return index;
    const key = `${index} ${memoryFormat}`;
    let converted = this.#converted.get(key);
    if (converted === undefined) {
      converted = this.#reshape(index, { ...value, memoryFormat });
      this.#converted.set(key, converted);
    }
    return converted;
  }

  #reshape(from: number, to: ProgramValue): number {
    return this.#addOp({ op: "reshape", name: to.name, inputs: [from], constants: {}, attributes: {} }, to);
  }

  #addOp(op: Op, output: ProgramValue): number {
    const { version } = opTable.get(op.op)!;
    const index = this.#addValue(output);
    this.#ops.push({ ...op, version, outputs: [index] });
    return index;
  }

  /** Where both formats are the same bytes the name is `contiguous`, as for tensors: rules read that name off them. */
  #addValue(value: ProgramValue): number {
    const memoryFormat = formatsCoincide(value.shape) ? "contiguous" : value.memoryFormat;
    return this.#values.push({ ...value, memoryFormat }) - 1;
  }

  /** Equal data under one name is stored once: a module that is used twice. */
  #addConstant(wanted: string, constant: ProgramConstant): string {
    for (let i = 1; ; i++) {
      const name = i === 1 ? wanted : `${wanted}.${i}`;
      const known = this.#constants[name];
      if (!known) this.#constants[name] = constant;
      if (!known || sameData(known, constant)) return name;
    }
  }
}

function sameData(a: ProgramConstant, b: ProgramConstant): boolean {
  if (a.data === b.data) return true;
  return a.data.length === b.data.length && a.data.every((value, i) => Object.is(value, b.data[i]));
}
