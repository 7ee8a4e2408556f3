import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { progress } from "./progress.ts";

/** A stream that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const target = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { written, target: Object.assign(target, { isTTY }) };
}

describe("progress", () => {
  it("writes a line for every tenth to a log", () => {
    const { written, target } = stream(false);
    const shown = progress("training", 1000, target);
    for (let done = 10; done <= 1000; done += 10) shown.update(done, 1 / done);
    shown.stop();
    expect(written).toHaveLength(10);
    expect(written[0]).toMatch(/^ {2}training {2}10 % \| loss 0\.0100 \| \d+ images\/s \| \d+ s left\n$/);
    expect(written[9]).toMatch(/^ {2}training 100 % \| loss 0\.0010 \| \d+ images\/s \| 0 s left\n$/);
  });

  it("leaves the loss out where there is none", () => {
    const { written, target } = stream(false);
    progress("evaluating", 10, target).update(10);
    expect(written[0]).toMatch(/^ {2}evaluating 100 % \| \d+ images\/s/);
  });

  it("counts no speed for what was done before", () => {
    const { written, target } = stream(false);
    const shown = progress("training", 1e9, target, 0.85e9);
    shown.update(0.9e9 - 1);
    expect(written).toEqual([]);
    const resumed = progress("training", 100, target, 90);
    resumed.update(90);
    resumed.update(100);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^ {2}training 100 % \| \d+ images\/s \| 0 s left\n$/);
  });

  it("draws a bar in a terminal, and clears it", () => {
    const { written, target } = stream(true);
    const shown = progress("training", 10, target);
    shown.update(10, 0.5);
    shown.stop();
    expect(written.join("")).toContain("training");
    expect(written.join("")).toContain("loss 0.5000");
    expect(written.join("")).not.toContain("\n");
    // Line wrapping, which the bar turns off, is on again.
    expect(written.join("").lastIndexOf("\x1b[?7h")).toBeGreaterThan(
      written.join("").lastIndexOf("\x1b[?7l"),
    );
  });
});
