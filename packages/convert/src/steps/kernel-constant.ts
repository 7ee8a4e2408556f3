import type { OpDefinition } from "@octavo/runtime";
import type { TypedArray } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

type Prepared = ReturnType<NonNullable<OpDefinition["prepare"]>>[string];

/** A constant in memory of the kernels. The tensor owns that memory, and finds it again when a provider's memory grew. */
export class KernelConstant {
  readonly #memory: Tensor;
  readonly #array: Prepared["array"];
  readonly #length: number;

  constructor({ array, length, fill }: Prepared) {
    const bytesPerElement = (array as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    this.#memory = new Tensor({ shape: [length * bytesPerElement], dtype: "uint8" }).keep();
    this.#array = array;
    this.#length = length;
    fill(this.view());
  }

  /** Valid until the next allocation. */
  view(): TypedArray {
    const { buffer, byteOffset } = this.#memory.raw();
    return new this.#array(buffer, byteOffset, this.#length);
  }
}
