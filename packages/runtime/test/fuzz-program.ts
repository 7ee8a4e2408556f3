import { loadKernels } from "@octavo/backend";
import { numberOfElements, OctavoError } from "@octavo/spec";
import type { Program, TypedArray } from "@octavo/spec";
import * as fc from "fast-check";

import { decodeProgramFile, encodeProgramFile, Session } from "../src/index.ts";
import { multiplyAdds } from "../src/internal/multiply-adds.ts";
import { Step } from "../src/step.ts";
import { imageNetwork } from "./image-network.ts";
import { mutated } from "./mutations.ts";
import { floats, randomProgram } from "./random-program.ts";

/** What became of a damaged file. */
export type Outcome = "refused" | "too large to run" | "right";

/** Of a program that runs here: more costs too much time with the reference kernels. */
const largest = { elements: 200_000, multiplyAdds: 2_000_000 };

let files: Uint8Array[] | null = null;

/** Programs of all kinds, as files. */
function originals(): Uint8Array[] {
  const random = fc.sample(randomProgram, { seed: 1, numRuns: 40 });
  return [imageNetwork().program, ...random].map(encodeProgramFile);
}

/**
 * Damages a program's file as `seed` says, reads and runs it: an error of Octavo's, or the reference's integers from the
 * `use` kernels. @throws for anything else.
 */
export async function fuzz(seed: number, use: string): Promise<Outcome> {
  files ??= originals();
  let program: Program;
  try {
    program = decodeProgramFile(mutated(files[seed % files.length], seed));
  } catch (error) {
    if (OctavoError.isInstance(error)) return "refused";
    throw error;
  }
  if (!isSmall(program)) return "too large to run";
  const [is, should] = [await resultsOn(use, program, seed), await resultsOn("reference", program, seed)];
  if (typeof is === "string" || typeof should === "string") {
    if (is === should) return "refused";
    throw new Error(`${use}: ${String(is)}; reference: ${String(should)}`);
  }
  for (const [i, array] of should.entries()) {
    // Floats may differ by their bound, which other tests compare.
    if (array instanceof Float32Array || array.every((value, at) => value === is[i][at])) continue;
    throw new Error(`output ${i} differs from the reference's`);
  }
  return "right";
}

function isSmall(program: Program): boolean {
  const elements = program.values.reduce((sum, { shape }) => sum + Math.abs(numberOfElements(shape)), 0);
  if (elements > largest.elements) return false;
  const products = program.ops.map((_, i) => multiplyAdds(new Step(program, i, 1)) ?? 0);
  return products.reduce((sum, count) => sum + count, 0) <= largest.multiplyAdds;
}

/** The results, or the name of the error. */
async function resultsOn(use: string, program: Program, seed: number): Promise<TypedArray[] | string> {
  await loadKernels({ use });
  try {
    using session = new Session(program, { threads: 1 });
    const inputs = session.inputs.map(({ name, shape }) => {
      const concrete = shape.map((size) => (size === -1 ? 1 : size));
      const data = [...floats(seed, numberOfElements(concrete))].map((value, i) => value * ((i % 3) - 1));
      const { dtype } = session.inputs.find((one) => one.name === name)!;
      const fitting = dtype === "float32" ? data : data.map((value) => Math.floor(Math.abs(value) * 100));
      return [name, { data: fitting, shape: concrete }] as const;
    });
    return Object.values(session.run(Object.fromEntries(inputs))).map(({ data }) => data);
  } catch (error) {
    if (OctavoError.isInstance(error)) return error.name;
    throw error;
  }
}
