import { fileURLToPath } from "node:url";
import { chosen, environment } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { takeTurns } from "../engines/take-turns.ts";
import type { StepTimes } from "../engines/timed-step.ts";
import { pythonWith } from "../python.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import type { Times } from "../statistics.ts";

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
      console.log(`\n${model}, batch ${models[model].batch}, threads: ${options.threads.join(", ")}`);
      const measured = await race(model, options, python);
      console.log(table(measured));
      rows.push(...measured);
      await writeResults("train", rows);
    }
  },
};

/** What a trainer answers to a step; torch says nothing of allocations. */
interface Step extends StepTimes {
  readonly allocated?: number;
}

/** A process that trains the network, in one mode with one number of threads, and what its steps took at least. */
interface Trainer {
  readonly engine: Engine;
  readonly label: string;
  readonly mode: (typeof modes)[number];
  readonly threads: number;
  readonly isPeer: boolean;
  cpuMs: number;
  allocated: number;
}

/** All trainers of one network, with each number of threads. */
async function race(model: string, options: BenchmarkOptions, python: string | null): Promise<Row[]> {
  const { batch, steps } = models[model];
  const trainers: Trainer[] = [];
  const enter = async (engine: Engine, isPeer: boolean, mode: Trainer["mode"], threads: number) => {
    const trainer = { engine, label: "", mode, threads, isPeer, cpuMs: Infinity, allocated: 0 };
    trainers.push(trainer);
    trainer.label = await engine.call<string>("prepare", { network: model, batch, mode, threads });
  };
  try {
    for (const threads of options.threads) {
      for (const mode of modes) {
        const own = new URL("octavo-trainer.ts", import.meta.url);
        await enter(Engine.ofModule(own, environment(threads, options)), false, mode, threads);
        if (python === null) continue;
        const theirs = fileURLToPath(new URL("torch-trainer.py", import.meta.url));
        await enter(new Engine([python, theirs]), true, mode, threads);
      }
    }
    const runs = new Map(trainers.map((trainer) => [trainer, stepsOf(trainer)]));
    const times = await takeTurns(runs, options.runs ?? steps, warmUp);
    const rows: Row[] = [];
    for (const trainer of trainers) if (!trainer.isPeer) rows.push(await rowOf(model, trainer, times));
    return rows;
  } finally {
    for (const { engine } of trainers) engine.stop();
  }
}

/** A step's milliseconds; processor time and allocations are noted, but for the first steps. */
function stepsOf(trainer: Trainer): () => Promise<number> {
  let step = 0;
  return async () => {
    const { ms, cpuMs, allocated = 0 } = await trainer.engine.call<Step>("step");
    if (++step > warmUp) {
      trainer.cpuMs = Math.min(trainer.cpuMs, cpuMs);
      trainer.allocated = Math.max(trainer.allocated, allocated);
    }
    return ms;
  };
}

async function rowOf(model: string, own: Trainer, times: ReadonlyMap<Trainer, Times>): Promise<Row> {
  const { batch, macs } = models[model];
  const { mode, threads } = own;
  const find = (of: Pick<Trainer, "isPeer" | "mode" | "threads">) =>
    [...times.keys()].find(
      (other) => other.isPeer === of.isPeer && other.mode === of.mode && other.threads === of.threads,
    );
  const peer = find({ ...own, isPeer: true });
  const float = find({ ...own, mode: "float" });
  const alone = find({ ...own, threads: 1 });
  const least = (trainer: Trainer | undefined) => (trainer ? times.get(trainer)!.min : NaN);
  const ofTrainer = (trainer: Trainer) =>
    trainer.engine.call<{ peak?: number | null; peakRss: number }>("finish");
  const { peak, peakRss } = await ofTrainer(own);
  const ms = least(own);
  return {
    model,
    batch,
    mode,
    threads,
    isa: own.label,
    octavoMs: short(ms),
    octavoMedianMs: short(times.get(own)!.median),
    overFloat: mode === "float" ? null : short(ms / least(float)),
    speedUp: threads === 1 || !alone ? null : short(least(alone) / ms),
    peer: peer?.label ?? null,
    peerMs: peer ? short(least(peer)) : null,
    ratio: peer ? short(ms / least(peer)) : null,
    octavoCpuMs: short(own.cpuMs),
    peerCpuMs: peer ? short(peer.cpuMs) : null,
    peakFraction: peak ? short((3 * macs * batch) / (ms * 1e6) / (peak * threads)) : null,
    allocatedPerStep: own.allocated,
    peakRss,
    peerPeakRss: peer ? (await ofTrainer(peer)).peakRss : null,
  };
}
