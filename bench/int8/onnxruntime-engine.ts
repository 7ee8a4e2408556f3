// onnxruntime-node in its own process: one network from a file, run when asked.
import { createRequire } from "node:module";
import { serve } from "../engines/serve.ts";
import { peerFolder } from "../peers.ts";

/** What is used of the package's interface. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(file: string, options: object): Promise<{ run(inputs: object): Promise<object> }>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

const require = createRequire(`${peerFolder("onnxruntime-node")}/`);
const { InferenceSession, Tensor } = require("onnxruntime-node") as OnnxRuntime;
const { version } = require("onnxruntime-node/package.json") as { version: string };
let run: () => Promise<object>;

await serve({
  async prepare({ file, shape, threads }: { file: string; shape: readonly number[]; threads: number }) {
    const session = await InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1 });
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * Math.random() - 1);
    const inputs = { x: new Tensor("float32", data, shape) };
    run = () => session.run(inputs);
    return `onnxruntime-node ${version}`;
  },
  async run() {
    const start = performance.now();
    await run();
    return performance.now() - start;
  },
});
