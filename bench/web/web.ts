import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveProgram } from "octavo";
import { browsers, programOf } from "../../tools/browsers/browsers.ts";
import { chosen } from "../benchmark.ts";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { Engine } from "../engines/engine.ts";
import { loweredProgram } from "../engines/lowered-program.ts";
import { takeTurns } from "../engines/take-turns.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import type { Times } from "../statistics.ts";
import type { Entry } from "./contestants.ts";
import { models } from "./models.ts";
import { PageEngine } from "./page-engine.ts";
import { peerNetworks } from "./peer-networks.ts";

/** Octavo's forms of a network: activations of 8 and 7 bits, and float32. */
const forms = [
  { form: "octavo", bits: 8 },
  { form: "fbgemm", bits: 7 },
  { form: "float", bits: 32 },
] as const;
type Bits = (typeof forms)[number]["bits"];
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
  summary: "int8 inference on WebAssembly in Node and in Chromium, beside onnxruntime-web and LiteRT.js",
  options: [
    `--models ${Object.keys(models).join(",")}`,
    "--threads 1,2   --runs 40",
    "--onnx <folder of onnxruntime's *.int8.onnx and *.float.onnx>, default ../shared/bench",
  ],
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), "octavo-web-"));
    const rows: Row[] = [];
    try {
      for (const model of chosen(models, options)) {
        for (const { form } of forms) {
          await saveProgram(programFile(folder, form), loweredProgram(model, form).program);
        }
        for (const [place, find] of Object.entries(places)) {
          const open = find();
          for (const threads of open === null ? [] : options.threads) {
            console.log(`\n${model}, ${place}, threads: ${threads}`);
            const measured = await race(open!, folder, { model, place, threads }, options);
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

const programFile = (folder: string, form: string): string => join(folder, `${form}.safetensors`);

/** One that takes turns. */
interface Racer {
  readonly name: string;
  readonly bits: Bits;
  readonly entry: Omit<Entry, "threads">;
}

/** Of modules with relaxed SIMD, the one without that else does the same; null of others. */
function plainModule(isa: string): string | null {
  const plain = isa.replace(/relaxed(-pairs)?/, "simd128");
  return plain === isa ? null : plain;
}

async function race(
  open: () => Promise<Contestant>,
  folder: string,
  where: { readonly model: string; readonly place: string; readonly threads: number },
  options: BenchmarkOptions,
): Promise<Row[]> {
  const { model, place, threads } = where;
  const contestants: Contestant[] = [];
  const runs = new Map<string, () => Promise<number>>();
  const enter = async ({ name, entry }: Racer): Promise<string> => {
    const contestant = await open();
    contestants.push(contestant);
    const isa = await contestant.call<string>("prepare", { ...entry, threads });
    runs.set(name, () => contestant.call("run"));
    return isa;
  };
  const own = (use?: string): Racer[] =>
    forms.map(({ form, bits }) => ({
      name: `octavo ${use ?? ""} ${bits}`,
      bits,
      entry: { contestant: "octavo", file: programFile(folder, form), use },
    }));
  try {
    const best = own();
    let isa = "";
    for (const racer of best) isa = await enter(racer);
    const plain = plainModule(isa);
    const others: Racer[] = plain === null ? [] : own(plain);
    for (const { name, bits, ...entry } of peerNetworks(model, place, options)) {
      others.push({ name, bits, entry });
    }
    for (const racer of others) await enter(racer);

    const times = await takeTurns(runs, options.runs ?? rounds, warmUp);
    return best.flatMap(({ name, bits }) => {
      const rivals = others.filter((other) => isRival(bits, other));
      return (rivals.length > 0 ? rivals : [null]).map((rival) => ({
        ...where,
        isa,
        bits,
        ...compare(times.get(name)!, rival && { name: peerName(rival), times: times.get(rival.name)! }),
      }));
    });
  } finally {
    for (const contestant of contestants) await contestant.stop();
  }
}

/** Octavo's other module in the same form; integers against all forms of a peer, float against its float. */
function isRival(bits: Bits, other: Racer): boolean {
  if (other.entry.contestant === "octavo") return other.bits === bits;
  return bits !== 32 || other.bits === 32;
}

const peerName = ({ name, entry }: Racer): string => (entry.use === undefined ? name : `octavo ${entry.use}`);

function compare(own: Times, peer: { readonly name: string; readonly times: Times } | null): Row {
  return {
    octavoMs: short(own.min),
    octavoMedianMs: short(own.median),
    peer: peer && peer.name,
    peerMs: peer && short(peer.times.min),
    peerMedianMs: peer && short(peer.times.median),
    ratio: peer && short(own.min / peer.times.min),
    medianRatio: peer && short(own.median / peer.times.median),
  };
}
