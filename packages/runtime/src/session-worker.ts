/** Entry of the worker behind `Session.runAsync`: loads a program once, then answers calls in order. */
import { loadKernels } from "@octavo/backend";
import { OctavoError } from "@octavo/spec";

import type { SentError, WorkerAnswer, WorkerRequest } from "./internal/worker-messages.ts";
// The package's own entry, so that a bundle needs no third file for what both share.
import { Session } from "./index.ts";
import type { Inputs } from "./index.ts";

interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

let session: Promise<Session>;

const parentPort = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
const port: Port = parentPort ?? (globalThis as unknown as Port);
if (parentPort) parentPort.on("message", receive);
else globalThis.addEventListener("message", ({ data }) => receive(data as WorkerRequest));

function receive(request: WorkerRequest): void {
  if (request.kind === "run") return void answer(request.call, request.inputs);
  session = loadKernels(request.kernels).then(() => new Session(request.program));
  // Each call reports the failure.
  session.catch(() => {});
}

async function answer(call: number, inputs: Inputs): Promise<void> {
  try {
    const outputs = (await session).run(inputs);
    const buffers = Object.values(outputs).map(({ data }) => data.buffer as ArrayBuffer);
    port.postMessage({ call, outputs } satisfies WorkerAnswer, buffers);
  } catch (error) {
    port.postMessage({ call, error: partsOf(error) } satisfies WorkerAnswer, []);
  }
}

function partsOf(error: unknown): SentError {
  if (!OctavoError.isInstance(error)) {
    return { name: "OctavoError", where: "runAsync", expected: "the program to run", got: String(error) };
  }
  const { name, where, expected, got, hint } = error;
  return { name, where, expected, got, hint };
}
