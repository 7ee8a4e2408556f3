import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * A program in a process of its own that does one piece of work at a time when it is asked: a line `{ call, argument }`
 * on its standard input is answered by a line `{ result }` or `{ error }` on its standard output. So engines keep their
 * state, share none, and take turns.
 */
export class Engine {
  readonly #process: ChildProcess;
  #answer: { resolve(result: unknown): void; reject(error: Error): void } | null = null;
  #ended = false;

  constructor([file, ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(file, args, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    createInterface(this.#process.stdout!).on("line", (line) => this.#receive(line));
    this.#process.once("error", (error) => this.#end(error));
    this.#process.once("exit", (code, signal) =>
      this.#end(new Error(`${args.at(-1)} ended: ${signal ?? code}`)),
    );
  }

  /** A TypeScript module of this folder's tree, run by this Node on the packages' sources. */
  static ofModule(module: URL, env?: Readonly<Record<string, string>>): Engine {
    return new Engine(
      [process.execPath, "--conditions=@octavo/source", "--expose-gc", fileURLToPath(module)],
      env,
    );
  }

  call<T>(call: string, argument: unknown = null): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) return reject(new Error("the engine has ended"));
      this.#answer = { resolve: resolve as (result: unknown) => void, reject };
      this.#process.stdin!.write(`${JSON.stringify({ call, argument })}\n`);
    });
  }

  stop(): void {
    this.#ended = true;
    this.#process.kill();
  }

  #receive(line: string): void {
    const { result, error } = JSON.parse(line) as { result?: unknown; error?: string };
    if (error === undefined) this.#answer?.resolve(result);
    else this.#answer?.reject(new Error(error));
    this.#answer = null;
  }

  #end(error: Error): void {
    this.#ended = true;
    this.#answer?.reject(error);
    this.#answer = null;
  }
}
