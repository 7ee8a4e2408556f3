import { ArgumentError, ShapeError } from "@octavo/spec";
import type { Program, ProgramValue } from "@octavo/spec";

import type { InputTensor } from "../tensor-info.ts";
import { checkInput, shapeText } from "./check-input.ts";

type Inputs = Readonly<Record<string, InputTensor>>;

const nothing: InputTensor = { data: [], shape: [] };

/** Checks what callers give, and puts it into the program's order. Makes nothing that the garbage collector has to find. */
export class InputTaker {
  /** What was taken last, in the program's order. */
  readonly tensors: InputTensor[] = [];
  /** Its batch size; 1 where no input has one. */
  batch = 1;
  readonly #program: Program;
  readonly #values: readonly ProgramValue[];

  constructor(program: Program) {
    this.#program = program;
    this.#values = program.inputs.map((index) => program.values[index]);
  }

  /** @throws ShapeError, DTypeError or ArgumentError that names the input. */
  take(given: InputTensor | Inputs): void {
    if (isTensor(given)) this.#takeAlone(given);
    else this.#takeNamed(given);
    this.#check();
  }

  /** Of the tensors, which belong to the caller. */
  letGo(): void {
    // A shorter array would be given other memory when it grows again.
    for (let i = 0; i < this.tensors.length; i++) this.tensors[i] = nothing;
  }

  #takeAlone(given: InputTensor): void {
    if (this.#values.length > 1 || this.#program.outputs.length > 1) {
      throw new ArgumentError({
        where: this.#where(),
        expected: `inputs by name: { ${this.#names()} }`,
        got: "one tensor",
        hint: "Outputs then come by name, too.",
      });
    }
    this.tensors[0] = given;
  }

  #takeNamed(given: Inputs): void {
    if (Object(given) !== given) throw this.#wrong(String(given));
    let known = 0;
    for (let i = 0; i < this.#values.length; i++) {
      const { name } = this.#values[i];
      if (Object.hasOwn(given, name)) known++;
      this.tensors[i] = given[name];
    }
    let all = 0;
    for (const name in given) if (Object.hasOwn(given, name)) all++;
    if (known < this.#values.length || all > known) throw this.#wrongNames(given);
  }

  #check(): void {
    let batch: number | null = null;
    let first = "";
    for (let i = 0; i < this.#values.length; i++) {
      const { name } = this.#values[i];
      const own = checkInput(this.#values[i], this.tensors[i]);
      if (own === null) continue;
      if (batch !== null && own !== batch) {
        const expected = "one batch size for all inputs";
        const got = `${batch} of '${first}' and ${own} of '${name}'`;
        throw new ShapeError({ where: this.#where(), expected, got });
      }
      if (batch === null) first = name;
      batch = own;
    }
    this.batch = batch ?? 1;
  }

  #wrongNames(given: Inputs): ArgumentError {
    if (Array.isArray(given) || ArrayBuffer.isView(given)) {
      const [first] = given as unknown as readonly unknown[];
      return this.#wrong(Object(first) === first ? "a list without names" : "numbers without a shape");
    }
    const names = this.#values.map(({ name }) => name);
    const listed = (kind: string, some: readonly string[]) =>
      some.length > 0 ? [`${kind} '${some.join("', '")}'`] : [];
    const missing = names.filter((name) => !Object.hasOwn(given, name));
    const unknown = Object.keys(given).filter((key) => !names.includes(key));
    return this.#wrong([...listed("no", missing), ...listed("unknown", unknown)].join(", but "));
  }

  #wrong(got: string): ArgumentError {
    const names = this.#names();
    const byName = `tensors by name, { ${names} }`;
    return new ArgumentError({
      where: this.#where(),
      expected: `the inputs ${this.#values.map((value) => `${value.name} ${shapeText(value)}`).join(", ")}`,
      got,
      hint: `Give ${this.#values.length > 1 ? byName : `a tensor, { data, shape }, or ${byName}`}.`,
    });
  }

  #names(): string {
    return this.#values.map(({ name }) => name).join(", ");
  }

  #where(): string {
    return `program '${this.#program.name}'`;
  }
}

/** Whether inputs are one tensor, rather than tensors by name. */
export function isTensor(given: InputTensor | Inputs): given is InputTensor {
  return Array.isArray((given as Partial<InputTensor> | undefined | null)?.shape) && "data" in given;
}
