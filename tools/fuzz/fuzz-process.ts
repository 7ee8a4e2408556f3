// Damages and runs program files, seed after seed; the seed in work is written to a file first, for when this process dies:
//   node --conditions=@octavo/source fuzz-process.ts <first> <end> <kernels> <file>
import { openSync, writeSync } from "node:fs";
import { fuzz } from "../../packages/runtime/test/fuzz-program.ts";

const [first, end] = process.argv.slice(2, 4).map(Number);
const [use, path] = process.argv.slice(4);
const file = openSync(path, "w");
const counts: Record<string, number> = {};
for (let seed = first; seed < end; seed++) {
  writeSync(file, `${seed}\n`.padEnd(20), 0);
  try {
    const outcome = await fuzz(seed, use);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  } catch (error) {
    console.log(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  }
}
console.log(JSON.stringify(counts));
