import type {
  DType,
  Program,
  ProgramConstant,
  ProgramOp,
  ProgramQParams,
  ProgramValue,
  TypedArray,
} from "@octavo/spec";
import { quantRanges } from "@octavo/spec";

/** What a test says about a value; the rest follows: channels-last from rank 3 on, the dtype's whole range. */
export interface ValueParts {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly scale?: number;
  readonly zeroPoint?: number;
  readonly memoryFormat?: ProgramValue["memoryFormat"];
}

/** Makes programs for tests, one call per op. */
export class ProgramBuilder {
  readonly values: ProgramValue[] = [];
  readonly ops: ProgramOp[] = [];
  readonly constants: Record<string, ProgramConstant> = {};
  readonly inputs: number[] = [];

  input(name: string, parts: ValueParts): number {
    this.inputs.push(this.#value(name, parts));
    return this.values.length - 1;
  }

  op(
    op: string,
    inputs: readonly number[],
    parts: ValueParts,
    attributes: ProgramOp["attributes"] = {},
    constants: Record<
      string,
      readonly [dtype: DType, shape: readonly number[], data: TypedArray | Float32Array | Int32Array]
    > = {},
  ): number {
    const name = `layers.${this.ops.length}`;
    for (const [role, [dtype, shape, data]] of Object.entries(constants)) {
      this.constants[`${name}.${role}`] = { dtype, shape, data: data as TypedArray };
    }
    const output = this.#value(name, parts);
    const names = Object.fromEntries(Object.keys(constants).map((role) => [role, `${name}.${role}`]));
    this.ops.push({ op, version: 1, name, inputs, outputs: [output], constants: names, attributes });
    return output;
  }

  build(...outputs: number[]): Program {
    const { values, ops, constants, inputs } = this;
    return { formatVersion: 1, name: "net", inputs, outputs, values, ops, constants };
  }

  #value(
    name: string,
    { shape, dtype = "quint8", scale = 1, zeroPoint = 0, memoryFormat }: ValueParts,
  ): number {
    const format = memoryFormat ?? (shape.length >= 3 && shape.length <= 5 ? "channelsLast" : "contiguous");
    const isQuantized = dtype === "quint8" || dtype === "qint8";
    const [quantMin, quantMax] = isQuantized ? quantRanges[dtype] : [0, 0];
    const qparams: ProgramQParams = { scale: Math.fround(scale), zeroPoint, quantMin, quantMax };
    this.values.push({ name, dtype, shape, memoryFormat: format, ...(isQuantized && { qparams }) });
    return this.values.length - 1;
  }
}

/** Weights of torch's (O, I / groups, kernel …) in the order of programs: (O, kernel …, I / groups). */
export function channelsLastWeight<T extends TypedArray>(
  data: T,
  shape: readonly number[],
): { data: T; shape: number[] } {
  const [outer, inner, ...kernel] = shape;
  const size = kernel.reduce((product, k) => product * k, 1);
  const result = data.slice() as T;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      for (let k = 0; k < size; k++) result[(o * size + k) * inner + i] = data[(o * inner + i) * size + k];
  return { data: result, shape: [outer, ...kernel, inner] };
}
