import { Presets, SingleBar } from "cli-progress";

/** A running count of images with speed, time left and, in training, the loss. */
export interface Progress {
  /** @param done images so far @param loss of the last steps, if there is one */
  update(done: number, loss?: number): void;
  stop(): void;
}

/** Where progress goes: a terminal gets a bar, anything else (a log) a line for every tenth of the work. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** @param total images until the end @param from images that were done before, and count for no speed */
export function progress(
  title: string,
  total: number,
  stream: ProgressStream = process.stderr,
  from = 0,
): Progress {
  return stream.isTTY ? bar(title, total, stream, from) : lines(title, total, stream, from);
}

function bar(title: string, total: number, stream: ProgressStream, from: number): Progress {
  const single = new SingleBar(
    {
      stream,
      format: "  {title} {bar} {percentage} % | {report}",
      barsize: 24,
      // Each step ends with a line of its own; the bar is only for waiting.
      clearOnComplete: true,
      // The program's own handlers end it; the bar's would send the signal twice.
      gracefulExit: false,
      hideCursor: null,
    },
    Presets.shades_classic,
  );
  const report = reporter(total, from);
  const stop = () => {
    process.off("exit", stop);
    single.stop();
  };
  // The bar turns line wrapping off; an interrupted program, too, leaves the terminal as it was.
  process.once("exit", stop);
  single.start(total, from, { title, report: "" });
  return { update: (done, loss) => single.update(done, { report: report(done, loss) }), stop };
}

function lines(title: string, total: number, stream: ProgressStream, from: number): Progress {
  const report = reporter(total, from);
  let tenths = Math.floor((10 * from) / total);
  return {
    update: (done, loss) => {
      const reached = Math.floor((10 * done) / total);
      if (reached <= tenths) return;
      tenths = reached;
      stream.write(`  ${title} ${String(10 * tenths).padStart(3)} % | ${report(done, loss)}\n`);
    },
    stop: () => {},
  };
}

/** Loss, speed since the start, and the time left at that speed. */
function reporter(total: number, from: number): (done: number, loss?: number) => string {
  const start = performance.now();
  return (done, loss) => {
    const rate = (1000 * (done - from)) / (performance.now() - start);
    const parts = [`${Math.round(rate)} images/s`, `${Math.ceil((total - done) / rate)} s left`];
    return (loss === undefined ? parts : [`loss ${loss.toFixed(4)}`, ...parts]).join(" | ");
  };
}
