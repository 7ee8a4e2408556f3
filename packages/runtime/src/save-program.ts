import { writeFile } from "@octavo/safetensors";
import { ArgumentError, describeGiven } from "@octavo/spec";
import type { Program } from "@octavo/spec";

import { looksLikeProgram } from "./internal/require-program.ts";
import { encodeProgramFile } from "./program-file.ts";

/**
 * Writes a program to a file, all or not at all (Node). @throws FormatError if the program is not right. @throws ArgumentError for
 * arguments in another order, and if the file cannot be written.
 */
export async function saveProgram(path: string | URL, program: Program): Promise<void> {
  requireOrder(path, program);
  await writeFile(path, encodeProgramFile(program));
}

/** Models and half-made programs pass: what is wrong with those is said where programs are read. */
function requireOrder(path: unknown, program: unknown): void {
  if ((typeof path === "string" || path instanceof URL) && Object(program) === program) return;
  const kindOf = (given: unknown) => (looksLikeProgram(given) ? "a program" : describeGiven(given));
  throw new ArgumentError({
    where: "saveProgram",
    expected: "a path, then a program",
    got: `${kindOf(path)}, then ${kindOf(program)}`,
    hint: "saveProgram(path, lower(model, exampleInputs))",
  });
}
