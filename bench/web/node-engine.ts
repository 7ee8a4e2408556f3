// A contestant in its own Node process.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { serve } from "../engines/serve.ts";
import { peerFolder } from "../peers.ts";
import { enter } from "./contestants.ts";
import type { Entry, Place } from "./contestants.ts";

const place: Place = {
  read: (file) => readFile(file),
  import: (peer) => import(pathToFileURL(createRequire(`${peerFolder(peer)}/`).resolve(peer)).href),
  folder: () => null,
};

let time: () => Promise<number>;

await serve({
  async prepare(entry: Entry) {
    const entered = await enter(entry, place);
    time = entered.time;
    return entered.isa;
  },
  run: () => time(),
});
