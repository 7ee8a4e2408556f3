import { loadKernels } from "@octavo/backend";
import { load, loadProgram } from "@octavo/runtime";
import type { InputTensor, Session } from "@octavo/runtime";
import { ArgumentError, dtypes, numberOfElements } from "@octavo/spec";
import type { DType, TypedArray } from "@octavo/spec";
import { forOption } from "../for-option.ts";
import { UsageError } from "../option.ts";

export interface ProfileOptions {
  readonly program: string;
  readonly batch: number;
  readonly runs: number;
  readonly kernels: string;
  readonly threads: number | null;
}

/** Prints the profile of a program's file on inputs of noise; resolves to the exit code. */
export async function runProfile({
  program,
  batch,
  runs,
  kernels,
  threads,
}: ProfileOptions): Promise<number> {
  if (program === "") {
    throw new UsageError({
      where: "octavo profile",
      expected: "--program <file>",
      got: "no program",
      hint: "octavo mnist leaves one in out/int8.safetensors.",
    });
  }
  if (kernels) await forOption("octavo profile --kernels", () => loadKernels({ use: kernels }));
  const read = await forOption(`octavo profile --program ${program}`, () => loadProgram(program));
  using session = await load(read, {
    ...(kernels && { kernels: { use: kernels } }),
    ...(threads && { threads }),
  });
  const inputs = noise(session, batch);
  const earlier = session.run(inputs);
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    session.run(inputs, earlier);
    least = Math.min(least, performance.now() - started);
  }
  console.log(String(session.profile(inputs, runs)));
  console.log(`a run as a whole: ${least.toFixed(3)} ms`);
  console.log(session.explain().split("\n").at(-1));
  return 0;
}

/** Numbers between 0 and 1 for floats, small integers for the others: what they are hardly changes the time. */
function noise(session: Session, batch: number): Record<string, InputTensor> {
  const tensors = session.inputs.map(({ name, dtype, shape, qparams }) => {
    const concrete = shape.map((size) => (size === -1 ? batch : size));
    const data = memoryFor(dtype, numberOfElements(concrete), batch);
    if (dtype === "float32") for (let i = 0; i < data.length; i++) data[i] = ((i * 37) % 101) / 101;
    if (qparams) (data as Uint8Array).fill(qparams.zeroPoint);
    return [name, { data, shape: concrete }] as const;
  });
  return Object.fromEntries(tensors);
}

/** @throws ArgumentError where so many elements are too many. */
function memoryFor(dtype: DType, elements: number, batch: number): TypedArray {
  try {
    return new dtypes[dtype].array(elements);
  } catch (cause) {
    const where = `octavo profile --batch ${batch}`;
    const expected = "inputs that fit into memory";
    throw new ArgumentError({
      where,
      expected,
      got: `${elements} elements: ${(cause as Error).message}`,
      cause,
    });
  }
}
