import {
  describeGiven,
  DTypeError,
  dtypes,
  formatsCoincide,
  numberOfElements,
  ShapeError,
} from "@octavo/spec";
import type { ProgramValue, RecordedStep, TypedArray } from "@octavo/spec";

import type { OutputTensor } from "../tensor-info.ts";
import { sameShape } from "../step.ts";
import { copyBlock } from "./copy-block.ts";
import type { MemoryView } from "./memory-view.ts";

/** How a result leaves the arena: row-major, into an array of its own or one that the caller gives. */
export class BoundOutput {
  /** Stands for its array where `rearrange` writes it. */
  readonly parameter: TypedArray;
  /** Copies out of channels-last order, where that is another one. */
  readonly rearrange: RecordedStep | null;
  readonly #where: string;
  readonly #value: ProgramValue;
  readonly #source: MemoryView<TypedArray>;
  readonly #length: number;
  /** A result without elements, in the place of those that callers have. */
  readonly #none: OutputTensor;
  /** The result of the run that goes on. */
  #tensor: OutputTensor;

  constructor(value: ProgramValue, source: MemoryView<TypedArray>) {
    const { name, dtype, shape, memoryFormat, qparams } = value;
    const { array } = dtypes[dtype];
    this.#where = `output '${name}'`;
    this.#value = value;
    this.#source = source;
    this.#length = numberOfElements(shape);
    const info = { name, dtype, shape, memoryFormat: "contiguous", ...(qparams && { qparams }) } as const;
    this.#none = { ...info, data: new array(0) };
    this.#tensor = this.#none;
    this.parameter = source.another();
    this.rearrange = null;
    if (memoryFormat !== "contiguous" && !formatsCoincide(shape)) {
      const block = copyBlock({ from: value, to: { shape, memoryFormat: "contiguous" } });
      this.rearrange = {
        where: this.#where,
        call: (kernels) => kernels.copyRegion(source.array, this.parameter, block),
      };
    }
  }

  /**
   * Where the next result goes: into a new array, or that of an earlier result.
   * @throws ShapeError or DTypeError if the earlier one does not fit.
   */
  open(earlier: OutputTensor | null): TypedArray {
    if (earlier !== null) this.#expectFitting(earlier);
    const { array } = dtypes[this.#value.dtype];
    this.#tensor = earlier ?? { ...this.#none, data: new array(this.#length) };
    return this.#tensor.data;
  }

  /** The result; it belongs to the caller. */
  close(): OutputTensor {
    const tensor = this.#tensor;
    if (this.rearrange === null) tensor.data.set(this.#source.array as never);
    this.#tensor = this.#none;
    return tensor;
  }

  #expectFitting({ data, shape }: OutputTensor): void {
    const where = this.#where;
    const { array } = dtypes[this.#value.dtype];
    if (!(data instanceof array)) {
      const expected = `${array.name} (${this.#value.dtype})`;
      throw new DTypeError({ where, expected, got: describeGiven(data) });
    }
    if (data.length === this.#length && shape && sameShape(shape, this.#value.shape)) return;
    throw new ShapeError({
      where,
      expected: `a result of an earlier run with this batch, [${this.#value.shape.join(", ")}]`,
      got: `[${shape?.join(", ")}] with ${data.length} elements`,
    });
  }
}
