/** Run by `held-arrays.test.ts`: prints which of a caller's arrays a session holds after its runs, as JSON. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { load } from "../src/index.ts";
import { smallProgram } from "./small-program.ts";

// Not by an argument of the process, which workers would refuse.
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const session = await load(smallProgram(), { kernels: { use: process.argv[2] }, threads: 1 });
const given = new Map<string, WeakRef<object>>();
const image = () => ({ data: new Float32Array(40).fill(0.3), shape: [1, 2, 5, 4] });

function run(): void {
  const input = image();
  const earlier = session.run(input);
  session.run(input, earlier);
  given.set("input of run", new WeakRef(input.data)).set("result of run", new WeakRef(earlier.data));
}

async function runAside(): Promise<void> {
  const input = image();
  const { data } = await session.runAsync(input);
  given.set("input of runAsync", new WeakRef(input.data)).set("result of runAsync", new WeakRef(data));
}

run();
await runAside();
await new Promise(setImmediate);
gc();
console.log(JSON.stringify([...given.keys()].filter((name) => given.get(name)!.deref())));
session.dispose();
