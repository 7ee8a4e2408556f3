/**
 * Lets a command finish although its output cannot be written: training and its files are worth more than the lines about them.
 * Of a reader that has gone (`| head`) nothing is said; anything else, a full disk, is one line and exit code 1.
 */
export function outliveOutput(): void {
  const streams = { "standard output": process.stdout, "standard error": process.stderr };
  for (const [name, stream] of Object.entries(streams)) {
    let isKnown = false;
    stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
      if (isKnown || code === "EPIPE") return;
      isKnown = true;
      console.error(
        `octavo: ${name}: expected a place that can be written, got ${message.replace(/, \w+$/, "")}.`,
      );
      process.exitCode ||= 1;
    });
  }
}
