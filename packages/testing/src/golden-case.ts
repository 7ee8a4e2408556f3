import { ArgumentError, DTypeError } from "@octavo/spec";
import type { GoldenTensor } from "./golden-tensor.ts";

/** JSON of a golden file, with `"inf"`, `"-inf"` and `"nan"` turned into numbers. */
export type GoldenValue =
  | number
  | string
  | boolean
  | null
  | readonly GoldenValue[]
  | { readonly [key: string]: GoldenValue };

export type GoldenEntry = GoldenTensor | GoldenValue;

/** A case as it lies in `<group>.json`. */
export interface RawGoldenCase {
  readonly name: string;
  readonly args?: Record<string, unknown>;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly texts?: Record<string, string>;
  readonly tables?: Record<string, unknown>;
}

/** One row of a golden group: what torch was given, and what it answered. */
export class GoldenCase {
  readonly name: string;
  /** Numbers, strings and lists that torch was called with. */
  readonly args: Readonly<Record<string, GoldenValue>>;
  readonly inputs: Readonly<Record<string, GoldenEntry>>;
  /** Tensors, numbers and lists that came out; texts and errors are apart. */
  readonly outputs: Readonly<Record<string, GoldenEntry>>;
  /** Torch's messages where the call failed, by role (`error`, `error_qnnpack`, `convert.error`, `error_type` …). */
  readonly errors: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, GoldenValue>>;

  constructor(raw: RawGoldenCase, tensors: ReadonlyMap<string, GoldenTensor>) {
    const outputs: Record<string, GoldenEntry> = {};
    const errors: Record<string, string> = {};
    const texts: Record<string, string> = { ...raw.texts };
    for (const [role, value] of Object.entries(raw.outputs ?? {})) {
      const entry = resolveEntry(value, tensors);
      if (typeof entry !== "string") outputs[role] = entry;
      else if (isErrorRole(role)) errors[role] = entry;
      else texts[role] = entry;
    }
    this.name = raw.name;
    this.args = mapValues(raw.args ?? {}, parseValue);
    this.inputs = mapValues(raw.inputs ?? {}, (value) => resolveEntry(value, tensors));
    this.outputs = outputs;
    this.errors = errors;
    this.texts = texts;
    this.tables = mapValues(raw.tables ?? {}, parseValue);
  }

  /** The tensor of a role, wherever it is; throws where both sides have it (`input` and `output` tell them apart). */
  tensor(role: string): GoldenTensor {
    if (role in this.inputs && role in this.outputs) {
      throw this.#error(
        role,
        "a role of one side",
        "an input and an output of that name",
        "Use input(role) or output(role).",
      );
    }
    return role in this.inputs ? this.input(role) : this.output(role);
  }

  input(role: string): GoldenTensor {
    return this.#asTensor(role, this.inputs);
  }

  output(role: string): GoldenTensor {
    return this.#asTensor(role, this.outputs);
  }

  /** Elements of a float32 tensor. */
  floats(role: string): Float32Array {
    const { data, dtype } = this.tensor(role);
    if (data instanceof Float32Array) return data;
    throw new DTypeError({ where: `${this.name}: ${role}`, expected: "float32", got: dtype });
  }

  /** Elements of an integer tensor as plain numbers. */
  integers(role: string): number[] {
    const { data, dtype } = this.tensor(role);
    if (data instanceof Float32Array) {
      throw new DTypeError({ where: `${this.name}: ${role}`, expected: "an integer tensor", got: dtype });
    }
    return Array.from(data as ArrayLike<number | bigint>, Number);
  }

  /** Whether an argument, input or output of that name exists. */
  has(role: string): boolean {
    return [this.args, this.inputs, this.outputs].some((side) => role in side);
  }

  /** A number among the arguments, or else the outputs. */
  number(role: string): number {
    const value = role in this.args ? this.args[role] : this.outputs[role];
    if (typeof value === "number") return value;
    throw this.#error(role, "a number", describe(value));
  }

  #asTensor(role: string, side: Readonly<Record<string, GoldenEntry>>): GoldenTensor {
    const entry = side[role];
    if (isTensor(entry)) return entry;
    const known = `Tensors here: ${Object.keys({ ...this.inputs, ...this.outputs }).join(", ")}.`;
    throw this.#error(role, "a tensor", describe(entry), known);
  }

  #error(role: string, expected: string, got: string, hint?: string): ArgumentError {
    return new ArgumentError({ where: `golden ${this.name}: ${role}`, expected, got, hint });
  }
}

const nonFinite: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };

function parseValue(value: unknown): GoldenValue {
  if (typeof value === "string") return value in nonFinite ? nonFinite[value] : value;
  if (Array.isArray(value)) return value.map(parseValue);
  if (typeof value === "object" && value !== null)
    return mapValues(value as Record<string, unknown>, parseValue);
  return value as number | boolean | null;
}

function resolveEntry(value: unknown, tensors: ReadonlyMap<string, GoldenTensor>): GoldenEntry {
  return (typeof value === "string" && tensors.get(value)) || parseValue(value);
}

function isErrorRole(role: string): boolean {
  return /(^|[._])error(_\w+)?$/.test(role);
}

function isTensor(entry: GoldenEntry | undefined): entry is GoldenTensor {
  return typeof entry === "object" && entry !== null && "data" in entry && ArrayBuffer.isView(entry.data);
}

function mapValues<T, U>(record: Record<string, T>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}

function describe(entry: GoldenEntry | undefined): string {
  return entry === undefined ? "nothing of that name" : JSON.stringify(entry);
}
