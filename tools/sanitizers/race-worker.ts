// One worker_thread of run-race.ts: it writes into an array into which others write.
import { workerData } from "node:worker_threads";
import { recorder } from "../../packages/backend/src/index.ts";
import { copyBlock } from "../../packages/runtime/src/internal/copy-block.ts";
import type { RecordedStep } from "../../packages/spec/src/index.ts";
import type { Race } from "./race.ts";
import { useAddon } from "./use-addon.ts";

const { addon, kind, workers, arrived, shared } = workerData as Race;
await useAddon(addon);
const to = new Float32Array(shared);
const from = new Float32Array(to.length);
const whole = { shape: [to.length], memoryFormat: "contiguous" } as const;
const block = copyBlock({ from: whole, to: whole });
// By what the C library would copy: see memory.cpp.
const step: RecordedStep = { where: "the race", call: (kernels) => kernels.copyRegion(from, to, block) };
const recording = recorder(1).record([step], []);
const counter = new Int32Array(arrived);
Atomics.add(counter, 0, 1);
// Awake, since the sanitizer takes threads that wake each other to do one thing after the other.
while (Atomics.load(counter, 0) < workers);
for (let i = 0; i < 100; i++) await recording[kind]!([], 0, 1);
