import { chosen, environment } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { takeTurns } from "../engines/take-turns.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import type { EpochTimes, LoadingWork, Source } from "./loading-work.ts";

const works: Readonly<Record<string, LoadingWork>> = {
  "mnist-net": { network: "mnist-net", batch: 128, steps: 20 },
  "resnet-20": { network: "resnet-20", batch: 32, steps: 8 },
};
const workerCounts = [0, 1, 2] as const;
const sources: readonly Source[] = ["ready", ...workerCounts];
/** Timed epochs. */
const counted = 8;
const warmUp = 2;

export const loading: Benchmark = {
  summary: "training steps while batches are loaded and augmented, beside steps on batches that lie ready",
  options: [
    `--models ${Object.keys(works).join(",")}`,
    "--threads 1,2   --runs <epochs>   --kernels native|wasm|reference|<name>",
  ],
  async run(options) {
    const rows: Row[] = [];
    for (const model of chosen(works, options)) {
      for (const threads of options.threads) {
        console.log(`\n${model}, batch ${works[model].batch}, threads: ${threads}`);
        const measured = await measure(works[model], threads, options);
        console.log(table(measured));
        rows.push(...measured);
        await writeResults("loading", rows);
      }
    }
  },
};

async function measure(work: LoadingWork, threads: number, options: BenchmarkOptions): Promise<Row[]> {
  const engines = new Map<Source, Engine>();
  try {
    const env = environment(threads, options);
    let isa = "";
    for (const source of sources) {
      const engine = Engine.ofModule(new URL("octavo-loader.ts", import.meta.url), env);
      engines.set(source, engine);
      ({ isa } = await engine.call<{ isa: string }>("prepare", { ...work, source }));
    }
    const cpu = new Map<Source, number>();
    const epoch = (source: Source) => {
      const run = async () => {
        const { stepMs, cpuMs } = await engines.get(source)!.call<EpochTimes>("epoch");
        cpu.set(source, Math.min(cpu.get(source) ?? Infinity, cpuMs));
        return stepMs;
      };
      return [String(source), run] as const;
    };
    const load = ["load", () => engines.get(0)!.call<number>("load")] as const;
    const times = await takeTurns(new Map([...sources.map(epoch), load]), options.runs ?? counted, warmUp);
    const ready = times.get("ready")!;
    return workerCounts.map((workers) => {
      const { min, median } = times.get(String(workers))!;
      return {
        model: work.network,
        batch: work.batch,
        threads,
        isa,
        workers,
        stepMs: short(min),
        stepMedianMs: short(median),
        readyMs: short(ready.min),
        readyMedianMs: short(ready.median),
        overReady: short(min / ready.min),
        overReadyMedian: short(median / ready.median),
        stepCpuMs: short(cpu.get(workers)!),
        readyCpuMs: short(cpu.get("ready")!),
        loadMs: short(times.get("load")!.min),
      };
    });
  } finally {
    for (const engine of engines.values()) engine.stop();
  }
}
