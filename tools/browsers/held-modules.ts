import { setTimeout } from "node:timers/promises";
import type { SiteOptions } from "./site.ts";

/** What a page may take to begin to compile, in milliseconds: it takes a few on an idle machine. */
const patience = 20_000;

/** What a page asks for, behind a module's path, when it begins to compile it: see index.html. */
const announcement = "/compiling";

/**
 * Gives pages one half of each WebAssembly module, and the other when they say that they compile it; a page that waits for
 * the whole module gets it too, but is noticed.
 */
export class HeldModules {
  /** Those of one visit, by their paths. */
  readonly #downloads = new Map<string, Download>();

  hold(read: SiteOptions["read"]): SiteOptions["read"] {
    return async (path) => {
      if (path.endsWith(announcement)) {
        this.#downloads.get(path.slice(0, -announcement.length))?.compile();
        return "";
      }
      const body = await read(path);
      return path.endsWith(".wasm") && body ? this.#inHalves(path, body as Uint8Array) : body;
    };
  }

  /** What was wrong with the downloads of the visit that has ended, or null. */
  async takeProblem(): Promise<string | null> {
    const downloads = [...this.#downloads];
    this.#downloads.clear();
    if (downloads.length === 0) return "it asked for no module";
    const late: string[] = [];
    for (const [path, { inTime }] of downloads) if (!(await inTime)) late.push(path);
    if (late.length === 0) return null;
    return `it had half of ${late.join(" and of ")} for ${patience / 1000} s, and did not begin to compile it: it waits for all of it`;
  }

  async *#inHalves(path: string, module: Uint8Array): AsyncGenerator<Uint8Array> {
    // To a worker that asks once more it comes at once.
    const download = this.#downloads.get(path) ?? new Download();
    this.#downloads.set(path, download);
    const half = module.length >> 1;
    yield module.subarray(0, half);
    await download.inTime;
    yield module.subarray(half);
  }
}

class Download {
  /** Whether it was compiled before all of it had come; settled when the rest may come. */
  readonly inTime: Promise<boolean>;
  /** The page has begun to compile it. */
  compile!: () => void;

  constructor() {
    const begun = new Promise<boolean>((resolve) => (this.compile = () => resolve(true)));
    this.inTime = Promise.race([begun, setTimeout(patience, false, { ref: false })]);
  }
}
