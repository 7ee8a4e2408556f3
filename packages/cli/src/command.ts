import type { Options, ValuesOf } from "./option.ts";

/** A subcommand: `octavo <name> [options]`. */
export interface Command<O extends Options = Options> {
  readonly summary: string;
  readonly options: O;
  /** Resolves to the exit code. */
  run(values: ValuesOf<O>): Promise<number>;
}

/** A command whose `run` knows the types of its own options. */
export const defineCommand = <O extends Options>(command: Command<O>): Command =>
  command as unknown as Command;
