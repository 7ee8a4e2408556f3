import { formatsCoincide } from "@octavo/spec";
import type { MemoryFormat, Program, ProgramConstant, ProgramOp, ProgramValue } from "@octavo/spec";
import { opTable } from "@octavo/runtime";

/** An op about to be added: what a lowering rule gives. */
export interface LoweredOp {
  readonly op: string;
  readonly attributes?: ProgramOp["attributes"];
  /** By role. */
  readonly constants?: Readonly<Record<string, ProgramConstant>>;
  /** Format in which it wants its inputs and gives its output; absent: that of its first input. */
  readonly format?: MemoryFormat;
}

type OutputInfo = Pick<ProgramValue, "dtype" | "shape" | "qparams">;

/** Collects values, ops and constants of a `Program`, and puts format changes between ops that need them. */
export class ProgramBuilder {
  readonly #values: ProgramValue[] = [];
  readonly #ops: ProgramOp[] = [];
  readonly #constants: Record<string, ProgramConstant> = {};
  readonly #converted = new Map<string, number>();

  addInput(name: string, info: OutputInfo): number {
    return this.#addValue({ name, ...info, memoryFormat: "contiguous" });
  }

  /** Adds an op; returns the index of its output. `path` names it for people. */
  add(path: string, lowered: LoweredOp, inputs: readonly number[], output: OutputInfo): number {
    const format = lowered.format ?? this.#values[inputs[0]].memoryFormat;
    const converted = inputs.map((index) => this.#inFormat(index, format));
    const result = this.#addValue({ name: path, ...output, memoryFormat: format });
    const names = Object.entries(lowered.constants ?? {}).map(
      ([role, constant]) => [role, this.#addConstant(path, role, constant)] as const,
    );
    this.#addOp(path, lowered.op, converted, result, Object.fromEntries(names), lowered.attributes ?? {});
    return result;
  }

  build(name: string, inputs: readonly number[], outputs: readonly number[]): Program {
    return {
      formatVersion: 1,
      name,
      inputs,
      outputs: outputs.map((index) => this.#inFormat(index, "contiguous")),
      values: this.#values,
      ops: this.#ops,
      constants: this.#constants,
    };
  }

  /** The value itself, or a copy of it in the other format, made once. */
  #inFormat(index: number, format: MemoryFormat): number {
    const value = this.#values[index];
    if (value.memoryFormat === format || formatsCoincide(value.shape)) return index;
    const key = `${index} ${format}`;
    const known = this.#converted.get(key);
    if (known !== undefined) return known;
    const result = this.#addValue({ ...value, memoryFormat: format });
    this.#addOp(value.name, "reshape", [index], result, {}, {});
    this.#converted.set(key, result);
    return result;
  }

  #addValue(value: ProgramValue): number {
    const memoryFormat = value.shape.length < 3 ? "contiguous" : value.memoryFormat;
    return this.#values.push({ ...value, memoryFormat }) - 1;
  }

  #addOp(
    name: string,
    op: string,
    inputs: readonly number[],
    output: number,
    constants: ProgramOp["constants"],
    attributes: ProgramOp["attributes"],
  ): void {
    const { version } = opTable.get(op)!;
    this.#ops.push({ op, version, name, inputs, outputs: [output], constants, attributes });
  }

  /** Constants are named by path and role; equal data used twice is stored once. */
  #addConstant(path: string, role: string, constant: ProgramConstant): string {
    const wanted = path ? `${path}.${role}` : role;
    for (let i = 1; ; i++) {
      const name = i === 1 ? wanted : `${wanted}.${i}`;
      const known = this.#constants[name];
      if (!known) this.#constants[name] = constant;
      if (!known || known.data === constant.data) return name;
    }
  }
}
