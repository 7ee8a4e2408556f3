import { fileURLToPath } from "node:url";
import { chosen, environment } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { takeTurns } from "../engines/take-turns.ts";
import type { StepTimes } from "../engines/timed-step.ts";
import { pythonWith } from "../python.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";

interface Work {
  readonly batch: number;
  /** Multiply-adds of the forward pass of one image; a step does thrice as many. */
  readonly macs: number;
  /** Timed steps. */
  readonly steps: number;
}

const models: Readonly<Record<string, Work>> = {
  "resnet-20": { batch: 128, macs: 40_551_040, steps: 10 },
  "mobilenet-v2": { batch: 16, macs: 300_774_272, steps: 6 },
};
const modes = ["float", "qat"] as const;
/** The first step fills the pool of memory, the second the rest of it. */
const warmUp = 2;

export const train: Benchmark = {
  summary: "float and quantization-aware training steps: time, memory taken per step, peak memory",
  options: [
    `--models ${Object.keys(models).join(",")}`,
    "--threads 1,2   --runs <steps>   --kernels native|wasm|reference|<name>",
    "--torch   also PyTorch, where python3 has torch and torchvision",
  ],
  async run(options) {
    const python = options.torch ? pythonWith("torch", "torchvision") : null;
    const rows: Row[] = [];
    for (const model of chosen(models, options)) {
      for (const threads of options.threads) {
        console.log(`\n${model}, batch ${models[model].batch}, threads: ${threads}`);
        const measured = await race(model, threads, options, python);
        console.log(table(measured));
        rows.push(...measured);
        await writeResults("train", rows);
      }
    }
  },
};

/** What a trainer answers to a step; torch says nothing of allocations. */
interface Step extends StepTimes {
  readonly allocated?: number;
}

async function race(
  model: string,
  threads: number,
  options: BenchmarkOptions,
  python: string | null,
): Promise<Row[]> {
  const { batch, macs, steps } = models[model];
  const engines = new Map<string, Engine>();
  try {
    const runs = new Map<string, () => Promise<number>>();
    const allocated = new Map<string, number>();
    const cpu = new Map<string, number>();
    const noteCpu = (name: string, ms: number) => cpu.set(name, Math.min(cpu.get(name) ?? Infinity, ms));
    let isa = "";
    let torch: string | null = null;
    for (const mode of modes) {
      const own = Engine.ofModule(
        new URL("octavo-trainer.ts", import.meta.url),
        environment(threads, options),
      );
      engines.set(mode, own);
      ({ isa } = await own.call<{ isa: string }>("prepare", { network: model, batch, mode }));
      let step = 0;
      runs.set(mode, async () => {
        const { ms, cpuMs, allocated: bytes = 0 } = await own.call<Step>("step");
        step++;
        if (step > warmUp) {
          allocated.set(mode, Math.max(allocated.get(mode) ?? 0, bytes));
          noteCpu(mode, cpuMs);
        }
        return ms;
      });
      if (python === null) continue;
      const theirs = new Engine([python, fileURLToPath(new URL("torch-trainer.py", import.meta.url))]);
      engines.set(`torch ${mode}`, theirs);
      const { version } = await theirs.call<{ version: string }>("prepare", {
        network: model,
        batch,
        mode,
        threads,
      });
      torch = `torch ${version}`;
      runs.set(`torch ${mode}`, async () => {
        const { ms, cpuMs } = await theirs.call<Step>("step");
        noteCpu(`torch ${mode}`, cpuMs);
        return ms;
      });
    }

    const times = await takeTurns(runs, options.runs ?? steps, warmUp);
    const ends = new Map<string, { peak?: number | null; peakRss: number }>();
    for (const [name, engine] of engines) ends.set(name, await engine.call("finish"));
    return modes.map((mode) => {
      const own = times.get(mode)!;
      const theirs = times.get(`torch ${mode}`);
      const peak = ends.get(mode)!.peak;
      return {
        model,
        batch,
        mode,
        threads,
        isa,
        octavoMs: short(own.min),
        octavoMedianMs: short(own.median),
        overFloat: mode === "float" ? null : short(own.min / times.get("float")!.min),
        peer: torch,
        peerMs: theirs ? short(theirs.min) : null,
        ratio: theirs ? short(own.min / theirs.min) : null,
        octavoCpuMs: short(cpu.get(mode)!),
        peerCpuMs: theirs ? short(cpu.get(`torch ${mode}`)!) : null,
        peakFraction: peak ? short((3 * macs * batch) / (own.min * 1e6) / (peak * threads)) : null,
        allocatedPerStep: allocated.get(mode) ?? 0,
        peakRss: ends.get(mode)!.peakRss,
        peerPeakRss: ends.get(`torch ${mode}`)?.peakRss ?? null,
      };
    });
  } finally {
    for (const engine of engines.values()) engine.stop();
  }
}
