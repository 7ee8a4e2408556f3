import type { Program } from "../../packages/spec/src/index.ts";
import { imageNetwork } from "../../packages/runtime/test/image-network.ts";
import { floats } from "../../packages/runtime/test/random-program.ts";
import { smallProgram } from "../../packages/runtime/test/small-program.ts";

/** A program and what it gets. */
interface SessionTask {
  readonly program: Program;
  readonly input: { readonly data: Float32Array; readonly shape: readonly number[] };
}

/** A network whose layers several threads divide, and one whose result the kernels write into the caller's array. */
export const sessionTasks: readonly SessionTask[] = [
  { program: imageNetwork().program, input: { data: floats(1, 2 * 784), shape: [2, 1, 28, 28] } },
  { program: smallProgram(), input: { data: floats(2, 40), shape: [1, 2, 5, 4] } },
];
