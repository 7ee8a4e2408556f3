// One short line per step, and errors that say what to do next.

/** An expected failure: printed without a stack, ends the process with `exitCode`. */
export class BootstrapError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const say = (line) => console.log(`octavo: ${line}`);

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
