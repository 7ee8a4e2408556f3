import { chosen, environment } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import type { Dot } from "../engines/peak.ts";
import { takeTurns } from "../engines/take-turns.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import type { Times } from "../statistics.ts";
import { runtimesHere, startPeers } from "./peers.ts";
import type { Runtime } from "./peers.ts";

/** Multiply-adds of an image, and the peer's files. */
const models: Readonly<Record<string, { readonly macs: number; readonly onnx: string }>> = {
  "mobilenet-v2": { macs: 300_774_272, onnx: "mobilenet_v2" },
  "resnet-18": { macs: 1_814_073_344, onnx: "resnet18" },
  "resnet-50": { macs: 4_089_184_256, onnx: "resnet50" },
};

/** Octavo's forms of a network: activations of 8 and 7 bits, and float32. */
const forms = [
  { form: "octavo", bits: 8, dot: "int8" },
  { form: "fbgemm", bits: 7, dot: "int7" },
  { form: "float", bits: 32, dot: "float" },
] as const;
type Form = (typeof forms)[number]["form"];
const leastRuns = 80;
const warmUp = 5;

export const int8: Benchmark = {
  summary: "int8 inference, 224×224, batch 1, beside onnxruntime-node",
  options: [
    `--models ${Object.keys(models).join(",")}`,
    "--threads 1,2   --runs 80   --kernels native|wasm|reference|<name>",
    "--onnx <folder of the peers' *.int8.onnx>, default ../shared/bench",
    "--openvino   --torch   also these, where python3 has openvino, torch and torchvision",
  ],
  async run(options) {
    const runtimes = runtimesHere(options);
    const rows: Row[] = [];
    for (const model of chosen(models, options)) {
      for (const threads of options.threads) {
        console.log(`\n${model}, threads: ${threads}`);
        const measured = await race(model, threads, options, runtimes);
        console.log(table(measured));
        rows.push(...measured);
        await writeResults("int8", rows);
      }
    }
  },
};

/** All engines on one network with one number of threads. */
async function race(
  model: string,
  threads: number,
  options: BenchmarkOptions,
  runtimes: readonly Runtime[],
): Promise<Row[]> {
  const { macs } = models[model];
  const engines: Engine[] = [];
  try {
    const runs = new Map<string, () => Promise<number>>();
    const isas = new Map<Form, string>();
    const env = environment(threads, options);
    for (const { form } of forms) {
      const engine = Engine.ofModule(new URL("octavo-engine.ts", import.meta.url), env);
      engines.push(engine);
      isas.set(form, (await engine.call<{ isa: string }>("prepare", { network: model, form })).isa);
      runs.set(form, () => engine.call("run"));
    }
    const peers = await startPeers(runtimes, models[model].onnx, threads, options, engines);
    for (const { name, run } of peers) runs.set(name, run);

    const times = await takeTurns(runs, options.runs ?? leastRuns, warmUp);
    const peaks = new Map<Dot, number>();
    for (const [i, { dot }] of forms.entries()) {
      // The largest of all: whoever else uses the machine makes it smaller.
      const peak = (await engines[i].call<number | null>("peak", dot)) ?? 0;
      peaks.set(dot, Math.max(peaks.get(dot) ?? 0, peak));
    }
    const rows: Row[] = [];
    for (const { form, bits, dot } of forms) {
      const peak = peaks.get(dot);
      const own = times.get(form)!;
      const gmacs = macs / (own.min * 1e6);
      const speed = {
        isa: isas.get(form)!,
        bits,
        gmacs: short(gmacs),
        peakFraction: peak ? short(gmacs / (peak * threads)) : null,
      };
      const against = peers.filter((peer) => (peer.bits === 32) === (bits === 32)).map(({ name }) => name);
      if (bits !== 32) against.push("float");
      for (const peer of against.length > 0 ? against : [null]) {
        rows.push(compare(model, threads, own, peer, peer === null ? undefined : times.get(peer), speed));
      }
    }
    return rows;
  } finally {
    for (const engine of engines) engine.stop();
  }
}

interface Speed {
  readonly isa: string;
  readonly bits: number;
  readonly gmacs: number;
  readonly peakFraction: number | null;
}

function compare(
  model: string,
  threads: number,
  own: Times,
  peer: string | null,
  theirs: Times | undefined,
  speed: Speed,
): Row {
  return {
    model,
    threads,
    isa: speed.isa,
    bits: speed.bits,
    octavoMs: short(own.min),
    octavoMedianMs: short(own.median),
    peer: peer === "float" ? "octavo float" : peer,
    peerMs: theirs ? short(theirs.min) : null,
    peerMedianMs: theirs ? short(theirs.median) : null,
    ratio: theirs ? short(own.min / theirs.min) : null,
    medianRatio: theirs ? short(own.median / theirs.median) : null,
    gmacs: speed.gmacs,
    peakFraction: speed.peakFraction,
  };
}
