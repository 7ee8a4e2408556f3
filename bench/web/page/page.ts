// A contestant in a page: asks for what to do, does it, and says how it went, for as long as the page is open.
import { enter } from "../contestants.ts";
import type { Entry, Place } from "../contestants.ts";

const place: Place = {
  read: async (file) =>
    new Uint8Array(await (await fetch(`/file?${encodeURIComponent(file)}`)).arrayBuffer()),
  // The page's import map says where it is.
  import: (peer) => import(/* @vite-ignore */ peer),
  folder: (peer, path) => `/peers/${peer}/${path}/`,
};

let time: () => Promise<number>;

const calls: Readonly<Record<string, (argument: Entry) => unknown>> = {
  async prepare(entry) {
    const entered = await enter(entry, place);
    time = entered.time;
    return entered.isa;
  },
  run: () => time(),
};

for (;;) {
  const { call, argument } = await (await fetch("/next")).json();
  let answer: object;
  try {
    answer = { result: await calls[call](argument) };
  } catch (error) {
    answer = { error: `${error}\n${(error as Error).stack}` };
  }
  await fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
}
