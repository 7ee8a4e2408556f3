import { readSafetensors, writeSafetensors } from "@octavo/safetensors";
import type { StoredDType, StoredTensor } from "@octavo/safetensors";
import { FormatError } from "@octavo/spec";
import type { Program, ProgramConstant } from "@octavo/spec";

import { checkedSteps, checkProgram } from "./check-program.ts";
import type { constantDTypes } from "./check-program.ts";
import { decodedPrograms } from "./internal/decoded-programs.ts";
import { decodeProgram } from "./internal/decode-program.ts";
import { encodeProgram, metadataKey } from "./internal/encode-program.ts";

/** How constants lie in a file: one stored dtype for each, so that reading gives back what was written. */
const storedAs = {
  float32: "F32",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  qint8: "I8",
  quint8: "U8",
  bool: "BOOL",
} as const satisfies Record<(typeof constantDTypes)[number], StoredDType>;

const readAs = Object.fromEntries(
  Object.entries(storedAs).map(([dtype, stored]) => [stored, dtype]),
) as Partial<Record<StoredDType, ProgramConstant["dtype"]>>;

/**
 * The bytes of a program's file: a safetensors file with the constants as tensors, and values and ops as JSON in its
 * metadata. @throws FormatError if the program is not right.
 */
export function encodeProgramFile(program: Program): Uint8Array<ArrayBuffer> {
  checkProgram(program);
  const tensors = Object.entries(program.constants).map(([name, { dtype, shape, data }]) => {
    return [name, { dtype: storedAs[dtype as keyof typeof storedAs], shape, data } as StoredTensor] as const;
  });
  return writeSafetensors(tensors, { [metadataKey]: encodeProgram(program) });
}

/**
 * The program in a file's bytes; constants are views of them.
 * @throws FormatError naming `where` for a truncated or foreign file, a newer version, and anything wrong in the program.
 */
export function decodeProgramFile(bytes: Uint8Array | ArrayBuffer, where = "program"): Program {
  const { tensors, metadata } = readSafetensors(bytes, where);
  const json = metadata[metadataKey];
  if (json === undefined) {
    const got = "a safetensors file without one";
    throw new FormatError({
      where,
      expected: "a program",
      got,
      hint: "Programs are written by saveProgram, after convert.",
    });
  }
  const named: [string, ProgramConstant][] = [];
  tensors.forEach(({ dtype: stored, shape, data }, name) => {
    const dtype = readAs[stored];
    if (dtype === undefined) {
      const expected = `dtype ${Object.keys(readAs).join(", ")}`;
      throw new FormatError({ where: `${where}, constant '${name}'`, expected, got: stored });
    }
    named.push([name, { dtype, shape, data } as ProgramConstant]);
  });
  // Not by assignment: a constant may be called `__proto__`.
  const constants = Object.fromEntries(named);
  const program: Program = { ...decodeProgram(json, where), constants };
  decodedPrograms.set(program, checkedSteps(program, `${where}: ${program.name}`));
  return program;
}
