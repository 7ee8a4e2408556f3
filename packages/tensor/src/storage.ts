import { allocate, free } from "@octavo/backend";
// Tensors are used without waiting for anything.
import "@octavo/backend/reference";
import { dtypes, OctavoError } from "@octavo/spec";
import type { DType, KnownRange, Memory, TypedArray } from "@octavo/spec";
import { insideOperation, operation } from "./internal/operation.ts";
import { adopt, insideFrame } from "./internal/ownership.ts";
import { activeTracer } from "./tracer.ts";

/** Elements that are computed when somebody reads them, so that the next operation may do it in the same pass. */
export interface Deferred {
  /** What `write` reads; it stays until then. */
  readonly reads: readonly Storage[];
  write(to: TypedArray): void;
  /** With a clamp after it, or null if that takes a pass of its own. NaN is no bound. */
  clamped?(low: number, high: number): Deferred | null;
  /** With a fake-quantization after it, or null if that takes a pass of its own. */
  quantized?(rounding: Rounding): Deferred | null;
  /**
   * Smallest and largest element, of the whole or for each index of an axis: known, or measured without a pass that others make too,
   * perhaps by `settle()`, which computes the elements now. Null costs nothing.
   */
  range?(along: number | null, settle: () => void): KnownRange | null;
  /** Adds the elements to others without writing them first: for gradients of parts, which are zeros for the most part. */
  addTo?(sum: Float32Array): void;
}

/** A fake-quantization of a whole tensor. */
export interface Rounding {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly quantMin: number;
  readonly quantMax: number;
}

/**
 * The memory of one or more tensors, counted by its owners: the frame it was made in, the tape while backward needs it,
 * and tensors that share it. At zero it returns to the pool, and reading it is an error. Memory made outside any frame
 * belongs to the caller and is left to the garbage collector, as is that of a tape whose result was forgotten.
 */
export class Storage {
  readonly dtype: DType;
  readonly length: number;
  /** How the elements were computed, if that was put off. */
  formula: Deferred | null = null;
  #isWaiting = false;
  /** Taken when the elements are first written or read. */
  #memory: Memory | null = null;
  #view: TypedArray | null = null;
  #owners = 1;
  /** Storages that wait and will read this one. */
  #readers: Set<Storage> | null = null;

  constructor(dtype: DType, length: number) {
    this.dtype = dtype;
    this.length = length;
    adopt(this);
  }

  /** The elements, in memory order. A view: valid until the storage is released. */
  get data(): TypedArray {
    this.#requireAlive();
    this.#tellTracer();
    // Whoever reads outside of operations may also write, and what waits is to see the elements of now.
    if (this.#readers && !insideOperation()) for (const reader of this.#readers) reader.settle();
    this.settle();
    return this.#elements();
  }

  /** The formula of elements that nobody has read yet, else null. */
  get waiting(): Deferred | null {
    return this.#isWaiting ? this.formula : null;
  }

  /** Smallest and largest element, where they are found without computing the elements: of those that wait. */
  range(along: number | null): KnownRange | null {
    this.#tellTracer();
    return this.waiting?.range?.(along, () => this.settle()) ?? null;
  }

  /** Puts off the computation of the elements until they are read; outside frames, where nothing ends it, it is done now. */
  defer(formula: Deferred): void {
    this.formula = formula;
    this.#isWaiting = true;
    for (const source of formula.reads) (source.retain().#readers ??= new Set()).add(this);
    if (!insideFrame()) this.settle();
  }

  /** Computes elements that wait. */
  settle(): this {
    if (!this.#isWaiting) return this;
    operation(() => this.formula!.write(this.#elements()));
    this.#stopWaiting();
    return this;
  }

  get released(): boolean {
    return this.#owners <= 0;
  }

  get shared(): boolean {
    return this.#owners > 1;
  }

  /** @throws ReleasedError where nobody owns it any more: its elements are gone, and a new owner would see others. */
  retain(): this {
    this.#requireAlive();
    this.#owners += 1;
    return this;
  }

  /** One more tensor with this memory, owned like a new one: by the frame it is made in. */
  share(): this {
    adopt(this.retain());
    return this;
  }

  release(): void {
    this.#owners -= 1;
    if (this.#owners !== 0) return;
    if (this.#isWaiting) this.#stopWaiting();
    if (this.#memory === null) return;
    collected.unregister(this);
    give(this.#memory);
    this.#memory = null;
    this.#view = null;
  }

  #requireAlive(): void {
    if (this.released) throw new ReleasedError();
  }

  #tellTracer(): void {
    if (!insideOperation()) activeTracer()?.read?.(this);
  }

  #stopWaiting(): void {
    this.#isWaiting = false;
    for (const source of this.formula!.reads) {
      source.#readers?.delete(this);
      if (source.#readers?.size === 0) source.#readers = null;
      source.release();
    }
  }

  #elements(): TypedArray {
    if (this.#memory === null) {
      this.#memory = take(this.length * dtypes[this.dtype].bytes);
      collected.register(this, this.#memory.collectable ? this.#memory.byteLength : this.#memory, this);
    }
    // A WASM memory that grew leaves detached views behind, of length 0.
    if (this.#view === null || (this.#view.length === 0 && this.length > 0)) {
      const { buffer, byteOffset } = this.#memory;
      const { array, bytes } = dtypes[this.dtype];
      const entries = (this.length * bytes) / array.BYTES_PER_ELEMENT;
      this.#view = new array(buffer as ArrayBuffer, byteOffset, entries);
      if (!this.#memory.collectable) viewed.set(this.#view, this);
    }
    return this.#view;
  }
}

/** A tensor was read after the module call or frame that made it, and backward, were done with it, or after a loader's next batch. */
class ReleasedError extends OctavoError {
  constructor() {
    super({
      where: "Tensor",
      expected: "a tensor that is still alive",
      got: "one whose memory has been reused",
      hint:
        "What a module's forward or a frame makes, but for its result, is released after backward (or at its end, without gradients); " +
        "a DataLoader's batch when the next one is asked for. Call keep() on it before, or return it.",
    });
  }
}

const pool = new Map<number, Memory[]>();
/**
 * What a forgotten storage leaves behind: memory that goes back to the pool, or the size of memory that the collector
 * freed. Runs between tasks, so a loop that never waits has to do without.
 */
const collected = new FinalizationRegistry<Memory | number>((left) => {
  if (typeof left === "number") allocated -= left;
  else give(left);
});
/** Whoever holds elements holds their storage too, or the collector would hand the memory to the next tensor. */
const viewed = new WeakMap<TypedArray, Storage>();
let allocated = 0;

/** Rounds up to an eighth of the power of two below, so that nearly equal sizes share memory. */
function sizeClass(bytes: number): number {
  if (bytes <= 64) return 64;
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(bytes)) - 3));
  return Math.ceil(bytes / step) * step;
}

function take(bytes: number): Memory {
  const size = sizeClass(bytes);
  const waiting = pool.get(size)?.pop();
  if (waiting) return waiting;
  allocated += size;
  return allocate(size);
}

function give(memory: Memory): void {
  const waiting = pool.get(memory.byteLength);
  if (waiting) waiting.push(memory);
  else pool.set(memory.byteLength, [memory]);
}

/** Hands pooled memory back to its provider. Training refills the pool on its next step. */
export function emptyPool(): void {
  allocated -= pooledBytes();
  for (const waiting of pool.values()) waiting.forEach(free);
  pool.clear();
}

/** Bytes waiting in the pool for the next tensor of their size. */
export function pooledBytes(): number {
  let bytes = 0;
  for (const [size, waiting] of pool) bytes += size * waiting.length;
  return bytes;
}

/** Bytes taken from the kernel provider, in use or in the pool. Constant while a training loop is in its stride. */
export function allocatedBytes(): number {
  return allocated;
}
