import type { Worker } from "node:worker_threads";
import { ArgumentError, OctavoError } from "@octavo/spec";
import type { TransformRecipe } from "../define-transform.ts";
import { imageSize } from "../image-dataset.ts";
import type { ImageDataset } from "../image-dataset.ts";
import type { ImageBatch } from "../transform.ts";
import type { BatchPlan } from "./epoch-plan.ts";
import { gather } from "./gather.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

interface Call {
  resolve(batch: ImageBatch): void;
  reject(reason: unknown): void;
}

/**
 * Threads that run a transform (Node). They keep no process alive. Batches go to them and back through shared memory that is used again:
 * buffers that change hands would have the garbage collector run every few batches, in the thread that trains.
 */
export class TransformWorkers {
  readonly #threads: readonly TransformThread[];
  readonly #rooms: SharedArrayBuffer[] = [];
  /** What the largest batch took so far, before or after its transform. */
  #roomBytes = 0;
  #calls = 0;

  /** @throws ArgumentError where there are no threads. */
  constructor(recipe: TransformRecipe, count: number) {
    this.#threads = Array.from({ length: count }, (_, number) => new TransformThread(recipe, number));
  }

  /** Rejects with what the transform threw, or if its thread ended. */
  async prepare(dataset: ImageDataset, { indices, seed }: BatchPlan): Promise<ImageBatch> {
    const bytes = indices.length * imageSize(dataset);
    const batch = gather(dataset, indices, new Uint8Array(this.#room(bytes), 0, bytes));
    const call = this.#calls++;
    const prepared = await this.#threads[call % this.#threads.length].prepare({ call, batch, seed });
    this.#roomBytes = Math.max(this.#roomBytes, prepared.data.byteLength);
    return prepared;
  }

  /** The memory of a batch that was copied serves another one. */
  reuse({ data: { buffer } }: ImageBatch): void {
    if (buffer instanceof SharedArrayBuffer) this.#rooms.push(buffer);
  }

  #room(bytes: number): SharedArrayBuffer {
    this.#roomBytes = Math.max(this.#roomBytes, bytes);
    const room = this.#rooms.pop();
    return room && room.byteLength >= this.#roomBytes ? room : new SharedArrayBuffer(this.#roomBytes);
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
      this.#worker.postMessage(request, []);
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
