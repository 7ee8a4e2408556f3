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
      console.log(`\n${model}, threads: ${options.threads.join(", ")}`);
      const measured = await race(model, options, runtimes);
      console.log(table(measured));
      rows.push(...measured);
      await writeResults("int8", rows);
    }
  },
};

/** What takes part in a race: a form of Octavo, or a peer, with a number of threads. */
interface Entrant {
  readonly name: string;
  readonly threads: number;
  readonly bits: number;
}

/** All engines on one network, with each number of threads. */
async function race(model: string, options: BenchmarkOptions, runtimes: readonly Runtime[]): Promise<Row[]> {
  const engines: Engine[] = [];
  try {
    const runs = new Map<Entrant, () => Promise<number>>();
    const isas = new Map<Entrant, string>();
    const peaks = new Map<Dot, () => Promise<number | null>>();
    for (const threads of options.threads) {
      for (const { form, bits, dot } of forms) {
        const engine = Engine.ofModule(
          new URL("octavo-engine.ts", import.meta.url),
          environment(threads, options),
        );
        engines.push(engine);
        const { isa } = await engine.call<{ isa: string }>("prepare", { network: model, form });
        const own = { name: form, threads, bits };
        isas.set(own, isa);
        runs.set(own, () => engine.call("run"));
        peaks.set(dot, () => engine.call<number | null>("peak", dot));
      }
      const peers = await startPeers(runtimes, models[model].onnx, threads, options, engines);
      for (const { name, bits, run } of peers) runs.set({ name, threads, bits }, run);
    }
    const best = new Map<Dot, number>();
    await keepBest(best, peaks);
    const times = await takeTurns(runs, options.runs ?? leastRuns, warmUp);
    await keepBest(best, peaks);
    return rowsOf(model, times, isas, best);
  } finally {
    for (const engine of engines) engine.stop();
  }
}

/** Measures peaks in GMAC/s, 0 where a provider cannot tell, and keeps what is higher than before. */
async function keepBest(
  best: Map<Dot, number>,
  peaks: ReadonlyMap<Dot, () => Promise<number | null>>,
): Promise<void> {
  for (const [dot, measure] of peaks) best.set(dot, Math.max(best.get(dot) ?? 0, (await measure()) ?? 0));
}

/** A row for each of Octavo's forms and each that it is compared with. */
function rowsOf(
  model: string,
  times: ReadonlyMap<Entrant, Times>,
  isas: ReadonlyMap<Entrant, string>,
  peaks: ReadonlyMap<Dot, number>,
): Row[] {
  const { macs } = models[model];
  const entrants = [...times.keys()];
  return [...isas].flatMap(([own, isa]) => {
    const { name, threads, bits } = own;
    const peak = peaks.get(forms.find(({ form }) => form === name)!.dot);
    const { min } = times.get(own)!;
    const gmacs = macs / (min * 1e6);
    const alone = entrants.find((other) => other.name === name && other.threads === 1);
    const speed = {
      isa,
      bits,
      speedUp: alone && alone !== own ? short(times.get(alone)!.min / min) : null,
      gmacs: short(gmacs),
      peakFraction: peak ? short(gmacs / (peak * threads)) : null,
    };
    const isPeer = (other: Entrant) => !isas.has(other) && (other.bits === 32) === (bits === 32);
    const isFloat = (other: Entrant) => bits !== 32 && other.name === "float";
    const against = entrants.filter(
      (other) => other.threads === threads && (isPeer(other) || isFloat(other)),
    );
    return (against.length > 0 ? against : [null]).map((peer) =>
      compare(model, threads, times.get(own)!, peer?.name ?? null, peer ? times.get(peer) : undefined, speed),
    );
  });
}

interface Speed {
  readonly isa: string;
  readonly bits: number;
  /** Over one thread. */
  readonly speedUp: number | null;
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
    speedUp: speed.speedUp,
    gmacs: speed.gmacs,
    peakFraction: speed.peakFraction,
  };
}
