import type { Program } from "@octavo/spec";

import type { Step } from "../step.ts";

/**
 * Programs that were checked when they were read from a file, so that a session need not check them again, with their ops and
 * what is known of these.
 */
export const decodedPrograms = new WeakMap<Program, readonly Step[]>();
