// What the thread sanitizer must notice: recordings of two worker_threads that write one array.
//   node --conditions=@octavo/source run-race.ts <the addon> <one of `raceKinds`>
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Race } from "./race.ts";

const [addon, kind] = process.argv.slice(2) as [string, Race["kind"]];
const workers = 2;
const workerData: Race = {
  addon,
  kind,
  workers,
  arrived: new SharedArrayBuffer(4),
  shared: new SharedArrayBuffer(2 ** 16),
};
const start = () => new Worker(new URL("race-worker.ts", import.meta.url), { workerData });
await Promise.all(Array.from({ length: workers }, () => once(start(), "exit")));
