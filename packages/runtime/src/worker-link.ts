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
  /** It failed or ended, for this reason; it will not answer any more. The hint says what to do. */
  ended(reason: string, hint: string): void;
}

const again = "Call runAsync again: it starts another worker.";
const withoutScript = "Bundle session-worker.js of @octavo/runtime beside it.";

/**
 * Starts `session-worker`, which is looked for beside this file, also in the bundle. @throws KernelError where there are no
 * workers, or the file does not know where it is.
 */
export function openWorker(events: WorkerEvents): WorkerLink {
  if (!import.meta.url) {
    const expected = "an ES module";
    throw new KernelError({ where: "runAsync", expected, got: "another format", hint: withoutScript });
  }
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads) return openNodeWorker(threads.Worker, events);
  if (typeof Worker === "undefined") {
    const hint = "Use run(), which works everywhere.";
    throw new KernelError({ where: "runAsync", expected: "an environment with workers", got: "none", hint });
  }
  const worker = openPageWorker();
  worker.addEventListener("message", ({ data }) => events.message(data));
  worker.addEventListener("error", ({ message }) =>
    events.ended(message || "its script did not load", message ? again : withoutScript),
  );
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    keepAlive: () => {},
    end: () => worker.terminate(),
  };
}

function openPageWorker(): Worker {
  // A page may start workers from its own origin only; a script of its own may import from another server.
  if (new URL(import.meta.url).origin !== location.origin) {
    const script = new URL(workerScript, import.meta.url);
    const importing = new Blob([`import "${script}";`], { type: "text/javascript" });
    return new Worker(URL.createObjectURL(importing), { type: "module" });
  }
  // Written so that bundlers find it.
  return new Worker(new URL("./session-worker.js", import.meta.url), { type: "module" });
}

/** As above, unseen by bundlers, whose pages have the worker on their own origin. */
const workerScript = "./session-worker.js";

function openNodeWorker(Worker: typeof NodeWorker, events: WorkerEvents): WorkerLink {
  // In a checkout this file is TypeScript, and packages resolve to their sources.
  const fromSource = import.meta.url.endsWith(".ts");
  const url = new URL(fromSource ? "./session-worker.ts" : "./session-worker.js", import.meta.url);
  const execArgv = fromSource ? [...process.execArgv, "--conditions=@octavo/source"] : undefined;
  const worker = new Worker(url, { execArgv });
  worker.on("message", events.message);
  worker.on("error", (error: NodeJS.ErrnoException) =>
    events.ended(String(error), error.code?.endsWith("MODULE_NOT_FOUND") ? withoutScript : again),
  );
  worker.on("exit", (code) => events.ended(`exit code ${code}`, again));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    keepAlive: (wanted) => (wanted ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}
