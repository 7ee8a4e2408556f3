import { reference } from "@octavo/backend/reference";
import { registrations as arm } from "@octavo/kernels-arm";
import { registrations as wasm } from "@octavo/kernels-wasm";
import { registrations as x86 } from "@octavo/kernels-x86";
import type { KernelProvider } from "@octavo/spec";
import type { Benchmark } from "../benchmark.ts";
import { peakOf } from "../engines/peak.ts";
import { short, table, writeResults } from "../report.ts";
import type { Row } from "../report.ts";
import { floatProduct, int8Product } from "./products.ts";
import type { PrepareProduct, Product } from "./products.ts";
import { sweep } from "./sweep.ts";

/** How often peaks and the whole sweep are measured: who else uses the machine seldom does so all the time. */
const rounds = 8;
/** Milliseconds for which a product is repeated in a round, and how often at least. */
const duration = 20;
const fewest = 8;
/** Multiply-adds above which the reference, whose speed is nobody's concern, is left out. */
const referenceLimit = 2e7;

const dots = { float: floatProduct, int8: int8Product(8), int7: int8Product(7) } as const;

export const gemm: Benchmark = {
  summary:
    "float32, int8 and 7-bit products of every kernel provider, as GMAC/s and as a fraction of its peak",
  options: ["--threads 1,2   --kernels <name of a provider>"],
  async run({ threads, kernels }) {
    const rows: Row[] = [];
    for (const provider of await providers()) {
      if (kernels !== undefined && kernels !== provider.name) continue;
      for (const count of threads) {
        provider.setThreads(count);
        if (provider.threads !== count) {
          console.log(`\nskipped ${provider.name}, ${count} threads: it runs on ${provider.threads}`);
          continue;
        }
        const measured = measure(provider);
        console.log(`\n${table(measured)}`);
        rows.push(...measured);
      }
    }
    await writeResults("gemm", rows);
  },
};

/** All that this machine runs, best first; says why others do not. */
async function providers(): Promise<KernelProvider[]> {
  const found: KernelProvider[] = [];
  for (const registration of [...x86, ...arm, ...wasm]) {
    const opened = await registration.open();
    if ("provider" in opened) found.push(opened.provider);
    else console.log(`skipped ${registration.name}: ${opened.unavailable}`);
  }
  return [...found, reference];
}

function measure(provider: KernelProvider): Row[] {
  const names = Object.keys(dots) as (keyof typeof dots)[];
  const products = sweep.flatMap((product) => names.map((dot) => prepared(provider, dots[dot], product)));
  const best = bestOf([
    ...names.map((dot) => () => peakOf(provider, dot)),
    ...products.map((product) => () => product && speedOf(product)),
  ]);
  const peak = best.splice(0, names.length).map((one) => one && one * provider.threads);
  const fraction = (speed: number | null, i: number) =>
    speed === null || !peak[i] ? null : short(speed / peak[i]);
  return sweep.map((product, row) => {
    const measured = names.flatMap((dot, i) => {
      const speed = best[row * names.length + i];
      return [
        [`${dot}Gmacs`, speed && short(speed)],
        [`${dot}PeakFraction`, fraction(speed, i)],
      ];
    });
    return {
      isa: provider.name,
      threads: provider.threads,
      ...product,
      ...Object.fromEntries(measured),
    };
  });
}

interface Prepared {
  readonly macs: number;
  readonly run: () => void;
}

/** A product that ran once; null without the kernel, or where it would take too long. */
function prepared(provider: KernelProvider, prepare: PrepareProduct, product: Product): Prepared | null {
  const macs = product.m * product.n * product.k;
  if (provider === reference && macs > referenceLimit) return null;
  const run = prepare(provider, product);
  run?.();
  return run && { macs, run };
}

/** The most that each gave in all rounds; null where there is nothing to measure. */
function bestOf(measurements: readonly (() => number | null)[]): (number | null)[] {
  const rows = Array.from({ length: rounds }, () => measurements.map((measurement) => measurement()));
  return measurements.map((_, i) => (rows[0]![i] === null ? null : Math.max(...rows.map((row) => row[i]!))));
}

/** GMAC/s, the best of many runs; short ones are timed together. */
function speedOf({ macs, run }: Prepared): number {
  const repeats = Math.max(1, Math.round(2e7 / macs));
  let least = Infinity;
  const end = performance.now() + duration;
  for (let samples = 0; samples < fewest || performance.now() < end; samples++) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) run();
    least = Math.min(least, (performance.now() - start) / repeats);
  }
  return macs / (least * 1e6);
}
