// A contestant in its own Node process.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { serve } from "../engines/serve.ts";
import { peerFolder } from "../peers.ts";
import { enter } from "./contestants.ts";
import type { Entry, OnnxRuntimeWeb } from "./contestants.ts";

let time: () => Promise<number>;

await serve({
  async prepare(entry: Entry) {
    const entered = await enter(entry, {
      read: (file) => readFile(file),
      onnxRuntime: () =>
        import(
          pathToFileURL(createRequire(`${peerFolder("onnxruntime-web")}/`).resolve("onnxruntime-web")).href
        ) as Promise<OnnxRuntimeWeb>,
    });
    time = entered.time;
    return entered.isa;
  },
  run: () => time(),
});
