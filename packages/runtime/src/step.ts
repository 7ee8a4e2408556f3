import { FormatError, formatsCoincide, isQuantized } from "@octavo/spec";
import type {
  DType,
  MemoryFormat,
  Program,
  ProgramConstant,
  ProgramOp,
  ProgramQParams,
  ProgramValue,
} from "@octavo/spec";

export type Shape = readonly number[];

/** A value of 8-bit integers, whose qparams are known to be there. */
export interface Quantized8Value extends ProgramValue {
  readonly dtype: "quint8" | "qint8";
  readonly qparams: ProgramQParams;
}

/**
 * One op of a program with its values and constants looked up. Op definitions read attributes and constants through it,
 * so that wrong ones are errors that name the op, and ones that nobody reads are noticed.
 */
export class Step {
  readonly op: ProgramOp;
  readonly inputs: readonly ProgramValue[];
  readonly outputs: readonly ProgramValue[];
  readonly #program: Program;
  readonly #index: number;
  /** Names of the attributes and constants that were asked for. */
  readonly #read: string[] = [];
  /** What `once` found, by its function. */
  #found: Map<unknown, unknown> | undefined;

  /**
   * @param batch what −1 in shapes becomes; absent, shapes stay as declared.
   * @param same this op of this program at another batch size: what is known of it is not looked for again
   */
  constructor(program: Program, index: number, batch?: number, same?: Step) {
    const op = program.ops[index];
    this.op = op;
    this.inputs = valuesAt(program, op.inputs, batch);
    this.outputs = valuesAt(program, op.outputs, batch);
    this.#program = program;
    this.#index = index;
    if (same) this.#found = same.#found;
  }

  get where(): string {
    return `${this.#program.name}, op ${this.#index} '${this.op.name}' (${this.op.op})`;
  }

  /** What `read` finds out about this op, from anything but the batch size; always the same function with the same argument. */
  once<Argument, T>(read: (step: Step, argument: Argument) => T, argument: Argument): T {
    const known = (this.#found ??= new Map()).get(read) as T | undefined;
    if (known !== undefined) return known;
    const found = read(this, argument);
    this.#found.set(read, found);
    return found;
  }

  fail(expected: string, got: unknown, hint?: string): never {
    throw new FormatError({ where: this.where, expected, got: String(got), hint });
  }

  expectCounts(inputs: number, outputs = 1): void {
    if (this.inputs.length !== inputs) this.fail(`${inputs} inputs`, this.inputs.length);
    if (this.outputs.length !== outputs) this.fail(`${outputs} outputs`, this.outputs.length);
  }

  expectDType(value: ProgramValue, ...allowed: DType[]): void {
    if (!allowed.includes(value.dtype))
      this.fail(`'${value.name}' to be ${allowed.join(" or ")}`, value.dtype);
  }

  expectRank(value: ProgramValue, smallest: number, largest: number): void {
    const rank = value.shape.length;
    const range = smallest === largest ? smallest : `${smallest} to ${largest}`;
    if (rank < smallest || rank > largest) this.fail(`'${value.name}' of rank ${range}`, `[${value.shape}]`);
  }

  /** Channels are innermost in memory, as convolutions and pooling need them. */
  expectChannelsLast(value: ProgramValue): void {
    this.#expectFormat(value, "channelsLast");
  }

  expectContiguous(value: ProgramValue): void {
    this.#expectFormat(value, "contiguous");
  }

  /** Both hold the same type of numbers with the same meaning, so that copying them is right. */
  expectSameNumbers(a: ProgramValue, b: ProgramValue): void {
    const same =
      a.dtype === b.dtype &&
      a.qparams?.scale === b.qparams?.scale &&
      a.qparams?.zeroPoint === b.qparams?.zeroPoint;
    if (!same) {
      const hint = "Put a lookup (rescale), a quantize or a dequantize between them.";
      this.fail(`'${b.name}' with dtype and qparams of '${a.name}' (${describe(a)})`, describe(b), hint);
    }
  }

  /** The value as one of 8-bit integers. */
  quantized8(value: ProgramValue): Quantized8Value {
    this.expectDType(value, "quint8", "qint8");
    return value as Quantized8Value;
  }

  integer(name: string, smallest: number, fallback: number): number {
    const value = this.#attribute(name) ?? fallback;
    if (!Number.isSafeInteger(value) || (value as number) < smallest)
      this.fail(`attribute ${name}: an integer ≥ ${smallest}`, value);
    return value as number;
  }

  /** A list of `length` integers; one integer stands for `length` equal ones. */
  integers(name: string, length: number, smallest: number, fallback: number | null): number[] {
    const given = this.#attribute(name) ?? fallback;
    const list = typeof given === "number" ? new Array<number>(length).fill(given) : (given as unknown);
    const right =
      Array.isArray(list) &&
      list.length === length &&
      list.every((n) => Number.isSafeInteger(n) && n >= smallest);
    return right
      ? list
      : this.fail(`attribute ${name}: ${length} integers ≥ ${smallest}`, JSON.stringify(given));
  }

  number(name: string, fallback: number): number {
    const value = this.#attribute(name) ?? fallback;
    return typeof value === "number" ? value : this.fail(`attribute ${name}: a number`, value);
  }

  /** A list of `length` finite numbers, null when absent. */
  optionalNumbers(name: string, length: number): readonly number[] | null {
    const value = this.#attribute(name);
    if (value === null) return null;
    const right = Array.isArray(value) && value.length === length && value.every((n) => Number.isFinite(n));
    return right ? value : this.fail(`attribute ${name}: ${length} numbers`, JSON.stringify(value));
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#attribute(name) ?? fallback;
    return typeof value === "boolean" ? value : this.fail(`attribute ${name}: true or false`, value);
  }

  /** An attribute that is one of some names. */
  choice<Name extends string>(name: string, names: readonly Name[]): Name {
    const value = this.#attribute(name);
    const right = names.includes(value as Name);
    return right
      ? (value as Name)
      : this.fail(`attribute ${name}: one of ${names.join(", ")}`, value ?? "nothing");
  }

  /** As `choice`, null when absent. */
  optionalChoice<Name extends string>(name: string, names: readonly Name[]): Name | null {
    return this.#attribute(name) === null ? null : this.choice(name, names);
  }

  /** An axis of a tensor of this rank, counted from the end when negative. */
  axis(name: string, rank: number): number {
    const value = this.integer(name, -rank, Number.NaN);
    return value < rank ? (value + rank) % rank : this.fail(`attribute ${name}: an axis of ${rank}`, value);
  }

  has(role: string): boolean {
    return Object.hasOwn(this.op.constants, role);
  }

  /** A constant of one of the dtypes; `shape` is checked where it is given. */
  constant(role: string, allowed: readonly DType[], shape?: Shape): ProgramConstant {
    this.#note(role);
    if (!this.has(role)) return this.fail(`a constant '${role}'`, "nothing");
    const constant = this.#program.constants[this.op.constants[role]];
    if (!allowed.includes(constant.dtype))
      this.fail(`constant '${role}' of dtype ${allowed.join(" or ")}`, constant.dtype);
    if (shape && !sameShape(constant.shape, shape))
      this.fail(`constant '${role}' of shape [${shape}]`, `[${constant.shape}]`);
    return constant;
  }

  optionalConstant(role: string, allowed: readonly DType[], shape?: Shape): ProgramConstant | null {
    return this.has(role) ? this.constant(role, allowed, shape) : null;
  }

  /**
   * All numbers of a constant lie between these two: NaN, which comes last, does not. Sorted, since a loop over them would be
   * compiled at the start of a process, for 5 ms of another thread and 5 MB.
   * @returns the smallest and the largest; zeros if there is no such constant
   */
  expectBetween(role: string, above: number, below: number): number[] {
    if (!this.has(role)) return [0, 0];
    const data = this.#program.constants[this.op.constants[role]].data as Float32Array;
    const sorted = data.toSorted();
    const ends = [sorted[0], sorted[sorted.length - 1]];
    for (const number of ends) this.expectNumber(`constant '${role}'`, number, above, below);
    return ends;
  }

  expectNumber(what: string, number: number, above: number, below: number): void {
    if (!(number > above && number < below)) this.fail(`${what} between ${above} and ${below}`, number);
  }

  /** A constant with one entry for all channels, or one for each. */
  perChannelConstant(role: string, dtype: DType, channels: number): ProgramConstant {
    const constant = this.constant(role, [dtype]);
    const { shape } = constant;
    const right = shape.length === 1 && (shape[0] === 1 || shape[0] === channels);
    return right ? constant : this.fail(`constant '${role}' of shape [1] or [${channels}]`, `[${shape}]`);
  }

  /** @throws FormatError if the op has an attribute or constant that its definition did not ask for. */
  expectAllRead(): void {
    for (const named of [this.op.attributes, this.op.constants]) {
      for (const name of Object.keys(named)) {
        if (!this.#read.includes(name))
          this.fail("only attributes and constants that the op knows", `'${name}'`);
      }
    }
  }

  #expectFormat({ name, shape, memoryFormat }: ProgramValue, wanted: MemoryFormat): void {
    if (memoryFormat !== wanted && !formatsCoincide(shape))
      this.fail(`'${name}' in ${wanted} format`, memoryFormat, "Put a reshape before it.");
  }

  #attribute(name: string): unknown {
    this.#note(name);
    return Object.hasOwn(this.op.attributes, name) ? this.op.attributes[name] : null;
  }

  #note(name: string): void {
    if (!this.#read.includes(name)) this.#read.push(name);
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  // A loop, since it runs with every inference: a closure would be garbage.
  for (let axis = 0; axis < b.length; axis++) if (a[axis] !== b[axis]) return false;
  return a.length === b.length;
}

function valuesAt(program: Program, indices: readonly number[], batch: number | undefined): ProgramValue[] {
  return indices.map((index) => withBatch(program.values[index], batch));
}

/** The value with −1 in its shape replaced by the batch size. */
export function withBatch(value: ProgramValue, batch: number | undefined): ProgramValue {
  if (batch === undefined || !value.shape.includes(-1)) return value;
  return { ...value, shape: value.shape.map((size) => (size === -1 ? batch : size)) };
}

function describe({ dtype, qparams }: ProgramValue): string {
  return isQuantized(dtype) && qparams
    ? `${dtype}, scale ${qparams.scale}, zeroPoint ${qparams.zeroPoint}`
    : dtype;
}
