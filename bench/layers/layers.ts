import { fileURLToPath } from "node:url";
import { chosen, environment } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { takeTurns } from "../engines/take-turns.ts";
import type { StepTimes } from "../engines/timed-step.ts";
import { pythonWith } from "../python.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import type { LayerStep } from "./layer-step.ts";

const float = { mode: "float" } as const;
const qat = { mode: "qat" } as const;
const dynamic = { mode: "dynamic" } as const;
const linear = { layer: "Linear", arguments: [512, 512], input: [1024, 512] } as const;
const conv1d = { layer: "Conv1d", arguments: [128, 128, 5], input: [16, 128, 128] } as const;

/** Inputs of recurrent layers and of attention are (time, batch, features). */
const steps: Readonly<Record<string, LayerStep>> = {
  linear: { ...linear, ...float },
  "linear-qat": { ...linear, ...qat },
  conv1d: { ...conv1d, ...float },
  "conv1d-qat": { ...conv1d, ...qat },
  embedding: { layer: "Embedding", arguments: [10_000, 128], input: [64, 64], ...float },
  "layer-norm": { layer: "LayerNorm", arguments: [512], input: [1024, 512], ...float },
  attention: { layer: "MultiheadAttention", arguments: [256, 8], input: [128, 8, 256], ...float },
  lstm: { layer: "LSTM", arguments: [128, 128], input: [64, 16, 128], ...float },
  gru: { layer: "GRU", arguments: [128, 128], input: [64, 16, 128], ...float },
  "linear-dynamic": { layer: "Linear", arguments: [768, 768], input: [128, 768], ...dynamic },
  "linear-dynamic-row": { layer: "Linear", arguments: [768, 768], input: [1, 768], ...dynamic },
  "lstm-dynamic": { layer: "LSTM", arguments: [128, 128], input: [64, 16, 128], ...dynamic },
};

/** Timed steps. */
const counted = 60;
/** Until the compiler of JavaScript has seen them. */
const warmUp = 30;

export const layers: Benchmark = {
  summary: "training steps of single layers, forward and backward; inference of dynamically quantized ones",
  options: [
    `--models ${Object.keys(steps).join(",")}`,
    "--threads 1,2   --runs <steps>   --kernels native|wasm|reference|<name>",
    "--torch   also PyTorch, where python3 has torch",
  ],
  async run(options) {
    const python = options.torch ? pythonWith("torch") : null;
    const rows: Row[] = [];
    for (const threads of options.threads) {
      console.log(`\nthreads: ${threads}`);
      const measured = await race(threads, options, python);
      console.log(table(measured));
      rows.push(...measured);
      await writeResults("layers", rows);
    }
  },
};

async function race(threads: number, options: BenchmarkOptions, python: string | null): Promise<Row[]> {
  const engines = new Map([
    ["octavo", Engine.ofModule(new URL("octavo-layers.ts", import.meta.url), environment(threads, options))],
  ]);
  if (python !== null) {
    engines.set("torch", new Engine([python, fileURLToPath(new URL("torch-layers.py", import.meta.url))]));
  }
  try {
    const rows: Row[] = [];
    for (const name of chosen(steps, options)) rows.push(await measure(name, threads, engines, options));
    return rows;
  } finally {
    for (const engine of engines.values()) engine.stop();
  }
}

async function measure(
  name: string,
  threads: number,
  engines: ReadonlyMap<string, Engine>,
  options: BenchmarkOptions,
): Promise<Row> {
  const runs = new Map<string, () => Promise<number>>();
  const cpu = new Map<string, number>();
  const about = { isa: "", version: "" };
  for (const [library, engine] of engines) {
    Object.assign(about, await engine.call<object>("prepare", { ...steps[name], threads }));
    runs.set(library, async () => {
      const { ms, cpuMs } = await engine.call<StepTimes>("step");
      cpu.set(library, Math.min(cpu.get(library) ?? Infinity, cpuMs));
      return ms;
    });
  }
  const times = await takeTurns(runs, options.runs ?? counted, warmUp);
  const own = times.get("octavo")!;
  const theirs = times.get("torch");
  const { layer, arguments: sizes, input, mode } = steps[name];
  return {
    layer: `${layer}(${sizes.join(", ")})`,
    input: input.join("×"),
    mode,
    threads,
    isa: about.isa,
    octavoMs: short(own.min),
    octavoMedianMs: short(own.median),
    peer: theirs ? `torch ${about.version}` : null,
    peerMs: theirs ? short(theirs.min) : null,
    peerMedianMs: theirs ? short(theirs.median) : null,
    ratio: theirs ? short(own.min / theirs.min) : null,
    ratioMedian: theirs ? short(own.median / theirs.median) : null,
    octavoCpuMs: short(cpu.get("octavo")!),
    peerCpuMs: theirs ? short(cpu.get("torch")!) : null,
  };
}
