import type { Worker as NodeWorker } from "node:worker_threads";

/** What a worker needs to run pieces of kernels. */
interface Seat {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** End of its stack, which grows downwards, and its thread-local variables: addresses. */
  readonly stack: number;
  readonly locals: number;
}

/**
 * All that a worker runs, in Node and in pages. It is a text because a worker's file would have to come from the page's
 * own origin, which that of a package on another server does not.
 */
const script = `
const join = ({ module, memory, stack, locals }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value = stack;
  exports.__wasm_init_tls(locals);
  exports.joinPool();
};
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (threads) join(threads.workerData);
else onmessage = ({ data }) => join(data);
`;

/** Starts a worker, which joins the pool some time later and never keeps Node's process; `failed` is told why not. */
export function startWorker(seat: Seat, failed: (reason: string) => void): void {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  try {
    if (threads) startNodeWorker(threads.Worker, seat, failed);
    else startPageWorker(seat, failed);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
  }
}

function startNodeWorker(
  Worker: typeof NodeWorker,
  workerData: Seat,
  failed: (reason: string) => void,
): void {
  const worker = new Worker(script, { eval: true, workerData, execArgv: [] });
  worker.on("error", ({ message }) => failed(message));
  worker.unref();
}

function startPageWorker(seat: Seat, failed: (reason: string) => void): void {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.addEventListener("error", ({ message }) => failed(message || "workers from blob: are not allowed"));
  worker.postMessage(seat, []);
  running.add(worker);
}

/** A worker that nobody refers to might be collected. */
const running = new Set<Worker>();
