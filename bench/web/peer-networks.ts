import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BenchmarkOptions } from "../benchmark.ts";
import { installPeer, peerFolder } from "../peers.ts";
import type { Peer } from "../peers.ts";
import { pythonWith } from "../python.ts";
import type { Entry } from "./contestants.ts";
import { models } from "./models.ts";

/** A peer's form of a network. */
export interface PeerNetwork {
  /** The peer's name, version and form. */
  readonly name: string;
  readonly contestant: Entry["contestant"];
  readonly file: string;
  readonly bits: 8 | 32;
}

/** What peers can run of a network in a place; what is not there is said. */
export function peerNetworks(
  model: string,
  place: string,
  { onnx }: BenchmarkOptions,
): readonly PeerNetwork[] {
  const networks = [...onnxNetworks(model, onnx)];
  // It takes its modules by tags of a page.
  if (place !== "node") networks.push(...liteRtNetwork(model));
  return networks;
}

function onnxNetworks(model: string, onnx: string | undefined): readonly PeerNetwork[] {
  const label = labelOf("onnxruntime-web");
  if (label === null) return [];
  const folder = onnx === undefined ? join(import.meta.dirname, "../../../shared/bench") : resolve(onnx);
  const forms = [
    ["int8", 8],
    ["float", 32],
  ] as const;
  return forms.flatMap(([form, bits]): PeerNetwork[] => {
    const name = `${models[model].onnx}.${form}.onnx`;
    const file = join(folder, name);
    if (existsSync(file)) return [{ name: `${label} ${form}`, contestant: "onnxruntime", file, bits }];
    console.log(`skipped ${label} ${form}: no ${name} (see --onnx)`);
    return [];
  });
}

/** Made once, with random weights, beside the package. */
function liteRtNetwork(model: string): readonly PeerNetwork[] {
  const { keras } = models[model];
  if (keras === null) return [];
  const label = labelOf("@litertjs/core");
  if (label === null) return [];
  const file = join(peerFolder("@litertjs/core"), `${model}.int8.tflite`);
  if (!existsSync(file)) {
    const python = pythonWith("tensorflow");
    if (python === null) return [];
    console.log(`making ${model}.int8.tflite, a minute or two`);
    const script = join(import.meta.dirname, "make-litert-network.py");
    const { status } = spawnSync(python, [script, keras, file], { stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0 || !existsSync(file)) {
      console.log(`skipped ${label}: ${script} ended with ${status}`);
      return [];
    }
  }
  return [{ name: `${label} int8`, contestant: "litert", file, bits: 8 }];
}

function labelOf(peer: Peer): string | null {
  const installed = installPeer(peer);
  if ("label" in installed) return installed.label;
  console.log(`skipped ${peer}: ${installed.missing}`);
  return null;
}
