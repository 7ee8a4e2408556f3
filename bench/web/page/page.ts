// A contestant in a page: asks for what to do, does it, and says how it went, for as long as the page is open.
import { enter } from "../contestants.ts";
import type { Entry, OnnxRuntimeWeb } from "../contestants.ts";

const place = {
  read: async (file: string) =>
    new Uint8Array(await (await fetch(`/file?${encodeURIComponent(file)}`)).arrayBuffer()),
  async onnxRuntime() {
    const address = "/onnxruntime-web/ort.wasm.min.mjs";
    const runtime = (await import(/* @vite-ignore */ address)) as OnnxRuntimeWeb;
    runtime.env.wasm.wasmPaths = "/onnxruntime-web/";
    return runtime;
  },
};

let time: () => Promise<number>;

const calls: Readonly<Record<string, (argument: Entry) => unknown>> = {
  async prepare(entry) {
    const entered = await enter(entry, place);
    time = entered.time;
    return entered.isa;
  },
  run: () => time(),
};

for (;;) {
  const { call, argument } = await (await fetch("/next")).json();
  let answer: object;
  try {
    answer = { result: await calls[call](argument) };
  } catch (error) {
    answer = { error: `${error}\n${(error as Error).stack}` };
  }
  await fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
}
