// npm run bench -- <name> [options]
import { parseArgs } from "node:util";
import type { Benchmark } from "./benchmark.ts";
import { gemm } from "./gemm/gemm.ts";
import { hiddenInstructions, runWithout } from "./hidden/hidden.ts";
import { int8 } from "./int8/int8.ts";
import { layers } from "./layers/layers.ts";
import { loading } from "./loading/loading.ts";
import { start } from "./start/start.ts";
import { train } from "./train/train.ts";
import { web } from "./web/web.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = { gemm, int8, layers, loading, start, train, web };

function usage(): string {
  const lines = Object.entries(benchmarks).map(
    ([name, { summary, options }]) =>
      `  ${name}   ${summary}\n${options.map((line) => `           ${line}\n`).join("")}`,
  );
  const all =
    "  --hide avx512   as on a processor without these instructions (avx512 or vnni; x86-64 Linux)\n";
  return `npm run bench -- <name> [options]\n\n${lines.join("\n")}\nall of them:\n${all}`;
}

const options = {
  threads: { type: "string", default: "1,2" },
  models: { type: "string" },
  kernels: { type: "string" },
  runs: { type: "string" },
  onnx: { type: "string" },
  torch: { type: "boolean", default: false },
  openvino: { type: "boolean", default: false },
  hide: { type: "string" },
} as const;

/** The options given, or null with a message where there is one that does not exist or lacks its value. */
function optionsOf(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n`);
    return null;
  }
}

const [name = "", ...args] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
const asksHelp = name === "" || [name, ...args].includes("--help");
const values = asksHelp || benchmark === undefined ? null : optionsOf(args);
if (benchmark === undefined || values === null) {
  console.log(usage());
  process.exitCode = asksHelp ? 0 : 2;
} else if (values.hide !== undefined && hiddenInstructions() === null) {
  process.exitCode = runWithout(values.hide);
} else {
  await benchmark.run({
    ...values,
    threads: values.threads.split(",").map(Number),
    models: values.models?.split(","),
    runs: values.runs === undefined ? undefined : Number(values.runs),
  });
}
