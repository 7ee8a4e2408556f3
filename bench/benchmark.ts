/** What the command line says; a benchmark ignores what it has no use for. */
export interface BenchmarkOptions {
  /** Numbers of threads, each measured. */
  readonly threads: readonly number[];
  /** Names of networks; all without it. */
  readonly models?: readonly string[];
  /** As `OCTAVO_KERNELS`: the provider that Octavo is to use. */
  readonly kernels?: string;
  /** Timed runs of each engine. */
  readonly runs?: number;
  /** Folder of the peer's networks. */
  readonly onnx?: string;
  /** Whether torch takes part. */
  readonly torch: boolean;
  /** Whether OpenVINO takes part. */
  readonly openvino: boolean;
}

/** The environment of a process of Octavo: threads, and kernels where the command line names some. */
export function environment(threads: number, { kernels }: BenchmarkOptions): Record<string, string> {
  return { OCTAVO_THREADS: String(threads), ...(kernels !== undefined && { OCTAVO_KERNELS: kernels }) };
}

export interface Benchmark {
  readonly summary: string;
  /** Lines of the help. */
  readonly options: readonly string[];
  run(options: BenchmarkOptions): Promise<void>;
}

/** The names of a table that `--models` names, or all; ends with a message for one that is not there. */
export function chosen(
  table: Readonly<Record<string, unknown>>,
  { models }: BenchmarkOptions,
): readonly string[] {
  const unknown = models?.find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined)
    throw new Error(`--models ${unknown}: there are ${Object.keys(table).join(", ")}`);
  return models ?? Object.keys(table);
}
