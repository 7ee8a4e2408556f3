import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { installPeer } from "../peers.ts";
import { pythonWith } from "../python.ts";

/** Another runtime on one network in one form. */
export interface Peer {
  readonly name: string;
  readonly bits: 8 | 32;
  run(): Promise<number>;
}

/** A runtime to race against. Its engines answer `prepare` with name and version, and `run` with milliseconds. */
export interface Runtime {
  /** Whether it reads the `*.onnx` files; else it makes torchvision's network of the same name. */
  readonly readsFiles: boolean;
  engine(): Engine;
}

const module = (file: string) => new URL(file, import.meta.url);
const ofPython = (file: string, python: string | null) =>
  python && (() => new Engine([python, fileURLToPath(module(file))]));

/** The runtimes that are asked for and are here; what is missing is printed. */
export function runtimesHere({ openvino, torch }: BenchmarkOptions): Runtime[] {
  const installed = installPeer("onnxruntime-node");
  if ("missing" in installed) console.log(`skipped onnxruntime-node: ${installed.missing}`);
  const engines = [
    [true, "label" in installed && (() => Engine.ofModule(module("onnxruntime-engine.ts")))],
    [true, openvino && ofPython("openvino-engine.py", pythonWith("openvino"))],
    [false, torch && ofPython("torch-engine.py", pythonWith("torch", "torchvision"))],
  ] as const;
  return engines.flatMap(([readsFiles, engine]) => (engine ? [{ readsFiles, engine }] : []));
}

const kinds = [
  { bits: 8, kind: "int8" },
  { bits: 32, kind: "float" },
] as const;

/**
 * Runtimes on one network, each in a process that is added to `engines`; files that are not there are skipped, which is printed.
 * @param network its name in torchvision, and its files'
 */
export async function startPeers(
  runtimes: readonly Runtime[],
  network: string,
  threads: number,
  { onnx }: BenchmarkOptions,
  engines: Engine[],
): Promise<Peer[]> {
  const folder = onnx === undefined ? join(import.meta.dirname, "../../../shared/bench") : resolve(onnx);
  const peers: Peer[] = [];
  for (const { bits, kind } of kinds) {
    const file = join(folder, `${network}.${kind}.onnx`);
    const isThere = existsSync(file);
    if (!isThere)
      console.log(`skipped runtimes that read ${network}.${kind}.onnx: it is not there (see --onnx)`);
    for (const runtime of runtimes) {
      if (runtime.readsFiles && !isThere) continue;
      const engine = runtime.engine();
      engines.push(engine);
      const work = { network, bits, file, shape: [1, 3, 224, 224], threads };
      const name = await engine.call<string>("prepare", work);
      peers.push({ name: `${name} ${kind}`, bits, run: () => engine.call("run") });
    }
  }
  return peers;
}
