// A converted network as a file, and running it with @octavo/runtime alone, as a server or a web page would.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "@octavo/runtime";
import {
  convert,
  fuseModules,
  getDefaultQConfig,
  Linear,
  lower,
  manualSeed,
  noGrad,
  prepare,
  QuantWrapper,
} from "octavo";
import { randn, ReLU, saveProgram, Sequential } from "octavo";

const folder = await mkdtemp(join(tmpdir(), "octavo-"));
const file = join(folder, "net.safetensors");

// On the machine that quantizes: convert, lower to a program, save.
manualSeed(0);
const float = new QuantWrapper(new Sequential(new Linear(64, 128), new ReLU(), new Linear(128, 10))).eval();
const x = randn([32, 64]);
const prepared = prepare(fuseModules(float, x).model, { qconfig: getDefaultQConfig() });
noGrad(() => prepared(x));
const int8 = convert(prepared);
await saveProgram(file, lower(int8, x));
console.log((await stat(file)).size < 16_000); // → true

// On the machine that serves: no tensors, no training, only the runtime. Any batch size goes.
const session = await load(file);
console.log(session.inputs[0].shape, session.outputs[0].shape); // → [ -1, 64 ] [ -1, 10 ]
const result = session.run({ data: x.data, shape: [32, 64] });
console.log(result.shape); // → [ 32, 10 ]

// The same bits as the modules gave, and the same in a worker.
const expected = int8(x).toArray();
console.log(expected.every((value, i) => value === result.data[i])); // → true
const later = await session.runAsync({ data: x.data.subarray(0, 64), shape: [1, 64] });
console.log(later.data.every((value, i) => value === result.data[i])); // → true

console.log(String(session)); // the ops
session.dispose();
await rm(folder, { recursive: true });
