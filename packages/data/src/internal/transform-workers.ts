import type { Worker } from "node:worker_threads";
import { ArgumentError, OctavoError } from "@octavo/spec";
import type { TransformRecipe } from "../define-transform.ts";
import type { ImageBatch } from "../transform.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

interface Call {
  resolve(batch: ImageBatch): void;
  reject(reason: unknown): void;
}

/** Threads that run a transform (Node). Batches are moved to them and back, not copied. They keep no process alive. */
export class TransformWorkers {
  readonly #threads: readonly TransformThread[];
  #calls = 0;

  /** @throws ArgumentError where there are no threads. */
  constructor(recipe: TransformRecipe, count: number) {
    this.#threads = Array.from({ length: count }, (_, number) => new TransformThread(recipe, number));
  }

  /** Rejects with what the transform threw, or if its thread ended. The batch's memory is gone after the call. */
  prepare(batch: ImageBatch, seed: number): Promise<ImageBatch> {
    const call = this.#calls++;
    return this.#threads[call % this.#threads.length].prepare({ call, batch, seed });
  }

  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}

class TransformThread {
  readonly #number: number;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Call>();
  #ended: OctavoError | null = null;

  constructor(recipe: TransformRecipe, number: number) {
    this.#number = number;
    this.#worker = openWorker(recipe);
    this.#worker.on("message", (answer: WorkerAnswer) => this.#take(answer));
    this.#worker.on("error", (error) => this.#end(String(error)));
    this.#worker.on("exit", (code) => this.#end(`exit code ${code}`));
    this.#worker.unref();
  }

  prepare(request: WorkerRequest): Promise<ImageBatch> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.call, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(request, [request.batch.data.buffer as ArrayBuffer]);
    });
  }

  close(): void {
    this.#end("close()");
    void this.#worker.terminate();
  }

  #take(answer: WorkerAnswer): void {
    const call = this.#waiting.get(answer.call);
    this.#waiting.delete(answer.call);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("batch" in answer) call?.resolve(answer.batch);
    else call?.reject(new OctavoError(answer.error));
  }

  #end(reason: string): void {
    this.#ended ??= new OctavoError({
      where: `DataLoader, worker ${this.#number}`,
      expected: "a thread that prepares batches",
      got: `its end: ${reason}`,
      hint: "Run with workers: 0 to see what the transform does. After close() a loader prepares batches itself.",
    });
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function openWorker(recipe: TransformRecipe): Worker {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (!threads) {
    const hint = "Leave workers out: batches are prepared when they are asked for.";
    throw new ArgumentError({ where: "DataLoader, workers", expected: "Node", got: "no threads", hint });
  }
  // In a checkout this file is TypeScript, and packages resolve to their sources.
  const fromSource = import.meta.url.endsWith(".ts");
  const url = new URL(fromSource ? "transform-worker.ts" : "transform-worker.js", import.meta.url);
  // Not the process's own options, of which Node refuses some for threads.
  const execArgv = fromSource ? ["--conditions=@octavo/source"] : undefined;
  return new threads.Worker(url, { execArgv, workerData: recipe });
}
