import { writeFile } from "@octavo/safetensors";
import type { Program } from "@octavo/spec";

import { encodeProgramFile } from "./program-file.ts";

/** Writes a program to a file, all or not at all (Node). @throws FormatError if the program is not right. */
export async function saveProgram(path: string | URL, program: Program): Promise<void> {
  await writeFile(path, encodeProgramFile(program));
}
