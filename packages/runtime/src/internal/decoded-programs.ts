import type { Program } from "@octavo/spec";

/** Programs that were checked when they were read from a file, so that a session need not check them again. */
export const decodedPrograms = new WeakSet<Program>();
