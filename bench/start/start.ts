import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadKernels, saveProgram } from "octavo";
import type { Benchmark } from "../benchmark.ts";
import { loweredProgram } from "../engines/lowered-program.ts";
import { installPeer, peerFolder } from "../peers.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import { timesOf } from "../statistics.ts";
import type { Times } from "../statistics.ts";

const processes = 10;

/** What a process measured, and the milliseconds from outside, from its start to what it prints. */
interface Start {
  readonly wall: number;
  readonly rss: number;
  /** Of an import. */
  readonly ms: number;
}

export const start: Benchmark = {
  summary: "from the start of a process to the first int8 result of MobileNetV2, beside onnxruntime-node",
  options: ["--runs 10   --onnx <folder of the peer's *.int8.onnx>, default ../shared/bench"],
  async run({ runs = processes, onnx }) {
    build();
    const folder = mkdtempSync(join(tmpdir(), "octavo-start-"));
    try {
      await loadKernels();
      const program = join(folder, "mobilenet-v2.octavo");
      await saveProgram(program, loweredProgram("mobilenet-v2", "octavo").program);
      const commands = new Map([
        ["octavo", [script("octavo-process.mjs"), program]],
        ["import", [script("import-process.mjs")]],
        ["node", [script("node-process.mjs")]],
      ]);
      const peer = peerCommand(onnx);
      if (peer) commands.set("peer", peer.command);
      const samples = await takeTurns(commands, runs);
      const rows = rowsOf(samples, peer?.label ?? null);
      console.log(table(rows));
      await writeResults("start", rows);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** The packages as they are published: sources would be translated in each process. */
function build(): void {
  const filters = ["runtime", "kernels-x86", "kernels-arm", "kernels-wasm"];
  const args = [
    "run",
    "build",
    ...filters.map((name) => `--filter=@octavo/${name}`),
    "--output-logs=errors-only",
  ];
  execFileSync("turbo", args, {
    cwd: join(import.meta.dirname, "../.."),
    shell: process.platform === "win32",
  });
}

const script = (name: string) => join(import.meta.dirname, name);

function peerCommand(onnx: string | undefined): { command: string[]; label: string } | null {
  const installed = installPeer("onnxruntime-node");
  const folder = onnx === undefined ? join(import.meta.dirname, "../../../shared/bench") : resolve(onnx);
  const file = join(folder, "mobilenet_v2.int8.onnx");
  const missing =
    "missing" in installed ? installed.missing : existsSync(file) ? null : `no ${file} (see --onnx)`;
  if (missing !== null) console.log(`skipped onnxruntime-node: ${missing}`);
  if (missing !== null || !("label" in installed)) return null;
  return {
    command: [script("onnxruntime-process.mjs"), file, `${peerFolder("onnxruntime-node")}/`],
    label: installed.label,
  };
}

/** One process after the other, in turns, so that whatever else the machine does meets them alike; the first round is not counted. */
async function takeTurns(
  commands: ReadonlyMap<string, readonly string[]>,
  rounds: number,
): Promise<Map<string, Start[]>> {
  const samples = new Map([...commands.keys()].map((name) => [name, [] as Start[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, args] of commands) {
      const one = await startOne(args);
      if (round >= 0) samples.get(name)!.push(one);
    }
  }
  return samples;
}

/** @throws Error if the process fails. */
function startOne(args: readonly string[]): Promise<Start> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    let wall = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      wall ||= performance.now() - started;
      printed += text;
    });
    child.on("error", reject).on("close", (code) => {
      if (code !== 0) reject(new Error(`node ${args.join(" ")} ended with exit code ${code}`));
      else resolve({ rss: 0, ms: 0, ...(JSON.parse(printed) as Partial<Start>), wall });
    });
  });
}

function rowsOf(samples: ReadonlyMap<string, readonly Start[]>, peer: string | null): Row[] {
  const megabytes = ({ rss }: Start) => rss / 2 ** 20;
  const wall = ({ wall }: Start) => wall;
  const times = (name: string, of: (one: Start) => number) => timesOf((samples.get(name) ?? []).map(of));
  const compare = (
    what: string,
    of: (one: Start) => number,
    own: string,
    other: string,
    label: string | null,
    // What is taken off both.
    floor: Times = { min: 0, median: 0 },
  ) => {
    const [mine, theirs] = [own, other].map((name) => {
      const { min, median } = times(name, of);
      return { min: min - floor.min, median: median - floor.median };
    });
    const known = samples.has(other);
    return {
      what,
      octavo: short(mine.min),
      octavoMedian: short(mine.median),
      peer: label,
      peerFigure: known ? short(theirs.min) : null,
      peerMedian: known ? short(theirs.median) : null,
      ratio: known ? short(mine.min / theirs.min) : null,
      medianRatio: known ? short(mine.median / theirs.median) : null,
    };
  };
  return [
    compare("process to first result, ms", wall, "octavo", "peer", peer),
    compare("the same without Node's own, ms", wall, "octavo", "peer", peer, times("node", wall)),
    compare("resident memory then, MiB", megabytes, "octavo", "peer", peer),
    compare("the same without Node's own, MiB", megabytes, "octavo", "peer", peer, times("node", megabytes)),
    compare("import of @octavo/runtime, ms", ({ ms }) => ms, "import", "none", null),
    compare("process that imports it, ms", wall, "import", "node", "node alone"),
  ];
}
