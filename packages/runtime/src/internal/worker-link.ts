import type { Worker as NodeWorker } from "node:worker_threads";

import { KernelError } from "@octavo/spec";

/** A worker of Node or of the browser, seen alike. */
export interface WorkerLink {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  /** Whether the process waits for this worker (Node). */
  keepAlive(wanted: boolean): void;
  end(): void;
}

export interface WorkerEvents {
  message(data: unknown): void;
  /** It failed or ended, for this reason; it will not answer any more. */
  ended(reason: string): void;
}

/** Starts `session-worker`. @throws KernelError where there are no workers. */
export function openWorker(events: WorkerEvents): WorkerLink {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads) return openNodeWorker(threads.Worker, events);
  if (typeof Worker === "undefined") {
    const hint = "Use run(), which works everywhere.";
    throw new KernelError({ where: "runAsync", expected: "an environment with workers", got: "none", hint });
  }
  // Written so that bundlers find it.
  const worker = new Worker(new URL("../session-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => events.message(data));
  worker.addEventListener("error", ({ message }) => events.ended(message));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    keepAlive: () => {},
    end: () => worker.terminate(),
  };
}

function openNodeWorker(Worker: typeof NodeWorker, events: WorkerEvents): WorkerLink {
  // In a checkout this file is TypeScript, and packages resolve to their sources.
  const fromSource = import.meta.url.endsWith(".ts");
  const url = new URL(fromSource ? "../session-worker.ts" : "../session-worker.js", import.meta.url);
  const execArgv = fromSource ? [...process.execArgv, "--conditions=@octavo/source"] : undefined;
  const worker = new Worker(url, { execArgv });
  worker.on("message", events.message);
  worker.on("error", (error) => events.ended(String(error)));
  worker.on("exit", (code) => events.ended(`exit code ${code}`));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    keepAlive: (wanted) => (wanted ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}
