import { alignColumns } from "@octavo/spec";

/** One op of a program while it runs, or several that run as one. */
export interface ProfileRow {
  /** Position among them. */
  readonly index: number;
  /** Module path, `features.0`; of several ops: `features.0 + features.1`. */
  readonly name: string;
  readonly op: string;
  /** Shapes of the first input and the first output, with the batch. */
  readonly shapes: string;
  /** Kernels that ran it, how and where: `quantizedConv rows on x64-avx2`. */
  readonly kernel: string;
  /** Milliseconds, the least of all runs. */
  readonly ms: number;
  /** 10⁹ multiply-adds per second; null for ops that have none. */
  readonly gmacs: number | null;
  /** Of the time of all ops, 0 … 1. */
  readonly share: number;
}

/** Where the time of a program goes: a row per op, in the order in which they run. */
export class Profile {
  readonly rows: readonly ProfileRow[];

  constructor(rows: readonly ProfileRow[]) {
    this.rows = rows;
  }

  /** Milliseconds of all ops; less than a run takes, which also copies inputs and outputs. */
  get ms(): number {
    return this.rows.reduce((sum, { ms }) => sum + ms, 0);
  }

  /** A table. */
  toString(): string {
    const cells = this.rows.map(({ index, name, op, shapes, kernel, ms, gmacs, share }) => [
      String(index).padStart(3),
      op,
      shapes,
      ms.toFixed(3),
      gmacs === null ? "" : gmacs.toFixed(1),
      `${(100 * share).toFixed(1)} %`,
      kernel,
      name,
    ]);
    const header = ["", "op", "shapes", "ms", "GMAC/s", "share", "kernel", "from"];
    return [...alignColumns([header, ...cells]), `${this.ms.toFixed(3)} ms`].join("\n");
  }

  /** So that Node's console prints the table. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
