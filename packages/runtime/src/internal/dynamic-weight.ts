import { asIs } from "../op-definition.ts";
import type { Prepared } from "../op-definition.ts";
import type { Shape, Step } from "../step.ts";
import { expectScales } from "./expect-scales.ts";

/** qint8 weights of zero point 0, outputs first, with their scales and a bias, under roles `weight…`, `weight…Scale` and `bias…`. */
export class DynamicWeight {
  readonly #step: Step;
  readonly #ending: string;

  /** @param ending of the roles, for ops with several weights. */
  constructor(step: Step, ending = "") {
    this.#step = step;
    this.#ending = ending;
  }

  /** @throws FormatError for what is not there or does not fit. */
  check(shape: Shape): void {
    this.#step.constant(this.#role("weight"), ["qint8"], shape);
    this.#scales(shape[0]);
    this.#step.optionalConstant(this.#role("bias"), ["float32"], [shape[0]]);
    expectScales(this.#step, `${this.#role("weight")}Scale`, this.#role("bias"));
  }

  /** The constants by role, a scale for each output. */
  prepare(): Readonly<Record<string, Prepared>> {
    const weight = this.#step.constant(this.#role("weight"), ["qint8"]);
    const bias = this.#step.optionalConstant(this.#role("bias"), ["float32"]);
    return {
      [this.#role("weight")]: asIs(weight.data),
      [`${this.#role("weight")}Scale`]: asIs(this.#scales(weight.shape[0])),
      ...(bias && { [this.#role("bias")]: asIs(bias.data) }),
    };
  }

  /** The three as the kernel takes them. */
  read(constants: Readonly<Record<string, unknown>>): DynamicWeightArrays {
    const role = this.#role("weight");
    return [
      constants[role] as Int8Array,
      constants[`${role}Scale`] as Float32Array,
      (constants[this.#role("bias")] as Float32Array | undefined) ?? null,
    ];
  }

  #role(name: string): string {
    return name + this.#ending;
  }

  #scales(outputs: number): Float32Array {
    const { data } = this.#step.perChannelConstant(`${this.#role("weight")}Scale`, "float32", outputs);
    return data.length === outputs
      ? (data as Float32Array)
      : new Float32Array(outputs).fill(data[0] as number);
  }
}

/** Largest integer of inputs that are quantized anew in each call. Attribute `reduceRange` false: 7 bits, as fbgemm. */
export const largestInput = (step: Step) => (step.boolean("reduceRange", false) ? 127 : 255);

type DynamicWeightArrays = readonly [weight: Int8Array, scale: Float32Array, bias: Float32Array | null];
