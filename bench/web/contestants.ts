// Those who run a network in Node or in a page, on WebAssembly; this file is loaded in both.
import { load } from "@octavo/runtime";
import type { Peer } from "../peers.ts";

/** What is used of onnxruntime-web's interface. */
interface OnnxRuntimeWeb {
  readonly env: { readonly wasm: { numThreads: number; wasmPaths?: string } };
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{ run(inputs: object): Promise<object> }>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

/** What is used of LiteRT.js's interface. */
interface LiteRt {
  loadLiteRt(folder: string, options: { threads: boolean }): Promise<unknown>;
  loadAndCompile(
    model: Uint8Array,
    options: object,
  ): Promise<{ run(input: object): Promise<readonly { delete(): void }[]> }>;
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => object;
}

/** The network's file, and how many threads it may take. */
export interface Entry {
  readonly contestant: keyof typeof contestants;
  readonly file: string;
  readonly threads: number;
  /** Octavo's kernels; the best of WebAssembly without it. */
  readonly use?: string;
}

/** What the two places do differently. */
export interface Place {
  read(file: string): Promise<Uint8Array>;
  import(peer: Peer): Promise<unknown>;
  /** Address of a folder of a peer's package; null where it finds its files by itself. */
  folder(peer: Peer, path: string): string | null;
}

interface Runner {
  run(): unknown;
  /** Name of Octavo's kernels. */
  readonly isa: string;
}

const [height, width, channels] = [224, 224, 3];

const contestants = {
  async octavo(network: Uint8Array, { threads, use = "wasm" }: Entry): Promise<Runner> {
    const session = await load(network, { kernels: { use, threads } });
    const input = { data: pixels(), shape: [1, channels, height, width] };
    const kernels = session.explain();
    return { run: () => session.run(input), isa: / on (wasm-[\w-]+)/.exec(kernels)?.[1] ?? kernels };
  },
  async onnxruntime(network: Uint8Array, { threads }: Entry, place: Place): Promise<Runner> {
    const runtime = (await place.import("onnxruntime-web")) as OnnxRuntimeWeb;
    const { env, InferenceSession, Tensor } = runtime;
    env.wasm.numThreads = threads;
    env.wasm.wasmPaths = place.folder("onnxruntime-web", "dist") ?? undefined;
    const session = await InferenceSession.create(network, { executionProviders: ["wasm"] });
    const inputs = { x: new Tensor("float32", pixels(), [1, channels, height, width]) };
    return { run: () => session.run(inputs), isa: "" };
  },
  async litert(network: Uint8Array, { threads }: Entry, place: Place): Promise<Runner> {
    const { loadLiteRt, loadAndCompile, Tensor } = (await place.import("@litertjs/core")) as LiteRt;
    await loadLiteRt(place.folder("@litertjs/core", "wasm") ?? "", { threads: threads > 1 });
    const model = await loadAndCompile(network, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
    const input = new Tensor(pixels(), [1, height, width, channels]);
    const run = async () => {
      for (const output of await model.run(input)) output.delete();
    };
    return { run, isa: "" };
  },
};

/** Loads the network; resolves to what runs it once and takes the time, in milliseconds. */
export async function enter(entry: Entry, place: Place) {
  const { run, isa } = await contestants[entry.contestant](await place.read(entry.file), entry, place);
  const time = async () => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  return { isa, time };
}

function pixels(): Float32Array {
  return Float32Array.from({ length: channels * height * width }, () => 2 * Math.random() - 1);
}
