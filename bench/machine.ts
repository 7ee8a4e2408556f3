import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { hiddenInstructions } from "./hidden/hidden.ts";

/** What a reader of the figures must know of the machine, and nothing that tells which one it is. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Processes that wanted a core in the minute before: above 0.5 on an idle machine's start, figures are too large. */
  readonly load: number;
  /** What `--hide` hid of the processor. */
  readonly without?: string;
}

export function machine(): Machine {
  const hidden = hiddenInstructions();
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    load: Number(loadavg()[0].toFixed(2)),
    ...(hidden !== null && { without: hidden }),
  };
}
