import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { saveProgram } from "octavo";
import { browsers, programOf } from "../../tools/browsers/browsers.ts";
import { chosen } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { loweredProgram } from "../engines/lowered-program.ts";
import { takeTurns } from "../engines/take-turns.ts";
import { installPeer } from "../peers.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import type { Entry } from "./contestants.ts";
import { PageEngine } from "./page-engine.ts";

/** The peer's files. */
const models: Readonly<Record<string, string>> = {
  "mobilenet-v2": "mobilenet_v2",
  "resnet-50": "resnet50",
};
const rounds = 40;
const warmUp = 5;

/** Something that answers calls: a process or a page. */
type Contestant = Pick<Engine, "call"> & { stop(): void | Promise<void> };

const [chromium] = browsers;

/** Where WebAssembly runs; null with a message where it cannot. */
const places: Readonly<Record<string, () => (() => Promise<Contestant>) | null>> = {
  node: () => async () => Engine.ofModule(new URL("node-engine.ts", import.meta.url)),
  chromium() {
    const program = programOf(chromium);
    if (program !== null) return () => PageEngine.open(chromium, program);
    console.log(`skipped chromium: no ${chromium.package} is installed`);
    return null;
  },
};

export const web: Benchmark = {
  summary: "int8 inference on WebAssembly in Node and in Chromium, beside onnxruntime-web",
  options: [
    `--models ${Object.keys(models).join(",")}`,
    "--threads 1,2   --runs 40",
    "--onnx <folder of the peer's *.int8.onnx and *.float.onnx>, default ../shared/bench",
  ],
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), "octavo-web-"));
    const rows: Row[] = [];
    try {
      for (const model of chosen(models, options)) {
        const program = join(folder, `${model}.safetensors`);
        await saveProgram(program, loweredProgram(model, "octavo").program);
        for (const [place, find] of Object.entries(places)) {
          const open = find();
          for (const threads of open === null ? [] : options.threads) {
            console.log(`\n${model}, ${place}, threads: ${threads}`);
            const measured = await race(open!, model, place, program, threads, options);
            console.log(table(measured));
            rows.push(...measured);
            await writeResults("web", rows);
          }
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function race(
  open: () => Promise<Contestant>,
  model: string,
  place: string,
  program: string,
  threads: number,
  options: BenchmarkOptions,
): Promise<Row[]> {
  const entries = new Map<string, Entry>([["octavo", { contestant: "octavo", file: program, threads }]]);
  for (const [name, file] of peerFiles(model, options)) {
    entries.set(name, { contestant: "onnxruntime", file, threads });
  }
  const contestants: Contestant[] = [];
  try {
    const runs = new Map<string, () => Promise<number>>();
    let isa = "";
    for (const [name, entry] of entries) {
      const contestant = await open();
      contestants.push(contestant);
      isa = (await contestant.call<string>("prepare", entry)) || isa;
      runs.set(name, () => contestant.call("run"));
    }
    const times = await takeTurns(runs, options.runs ?? rounds, warmUp);
    const own = times.get("octavo")!;
    return [...times]
      .filter(([name]) => name !== "octavo" || times.size === 1)
      .map(([peer, theirs]) => ({
        model,
        place,
        threads,
        isa,
        octavoMs: short(own.min),
        octavoMedianMs: short(own.median),
        peer,
        peerMs: short(theirs.min),
        peerMedianMs: short(theirs.median),
        ratio: short(own.min / theirs.min),
        medianRatio: short(own.median / theirs.median),
      }));
  } finally {
    for (const contestant of contestants) await contestant.stop();
  }
}

/** onnxruntime-web's name and file for each form of the network that is there; what is not is said. */
function peerFiles(model: string, { onnx }: BenchmarkOptions): [string, string][] {
  const installed = installPeer("onnxruntime-web");
  if ("missing" in installed) {
    console.log(`skipped onnxruntime-web: ${installed.missing}`);
    return [];
  }
  const folder = onnx === undefined ? join(import.meta.dirname, "../../../shared/bench") : resolve(onnx);
  return ["int8", "float"].flatMap((kind): [string, string][] => {
    const file = join(folder, `${models[model]}.${kind}.onnx`);
    if (existsSync(file)) return [[`${installed.label} ${kind}`, file]];
    console.log(`skipped ${installed.label} ${kind}: no ${models[model]}.${kind}.onnx (see --onnx)`);
    return [];
  });
}
