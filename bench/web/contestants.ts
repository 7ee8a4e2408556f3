// Those who run a network in Node or in a page, on WebAssembly; this file is loaded in both.
import { load } from "@octavo/runtime";

/** What is used of onnxruntime-web's interface. */
export interface OnnxRuntimeWeb {
  readonly env: { readonly wasm: { numThreads: number; wasmPaths?: string } };
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{ run(inputs: object): Promise<object> }>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

/** The network's file, and how many threads it may take. */
export interface Entry {
  readonly contestant: keyof typeof contestants;
  readonly file: string;
  readonly threads: number;
}

/** What the two places do differently. */
export interface Place {
  read(file: string): Promise<Uint8Array>;
  onnxRuntime(): Promise<OnnxRuntimeWeb>;
}

const shape = [1, 3, 224, 224];

const contestants = {
  async octavo(network: Uint8Array, threads: number) {
    const session = await load(network, { kernels: { use: "wasm", threads } });
    const input = { data: pixels(), shape };
    const kernels = session.explain();
    return { run: () => session.run(input), isa: / on (wasm-[\w-]+)/.exec(kernels)?.[1] ?? kernels };
  },
  async onnxruntime(network: Uint8Array, threads: number, place: Place) {
    const { env, InferenceSession, Tensor } = await place.onnxRuntime();
    env.wasm.numThreads = threads;
    const session = await InferenceSession.create(network, { executionProviders: ["wasm"] });
    const inputs = { x: new Tensor("float32", pixels(), shape) };
    return { run: () => session.run(inputs), isa: "" };
  },
};

/** Loads the network; resolves to what runs it once and takes the time, in milliseconds. */
export async function enter({ contestant, file, threads }: Entry, place: Place) {
  const { run, isa } = await contestants[contestant](await place.read(file), threads, place);
  const time = async () => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  return { isa, time };
}

function pixels(): Float32Array {
  const length = shape.reduce((product, size) => product * size);
  return Float32Array.from({ length }, () => 2 * Math.random() - 1);
}
