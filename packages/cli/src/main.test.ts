import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Starts `octavo` from its source. */
function octavo(...args: string[]) {
  const child = spawn(process.execPath, [
    "--conditions=@octavo/source",
    join(import.meta.dirname, "main.ts"),
    ...args,
  ]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = once(child, "close").then(([code]) => ({ code: code as number, output }));
  return { child, ended };
}

// Node 20 does not run TypeScript; there the packages are built first.
describe.skipIf(!process.features.typescript)("octavo", () => {
  it("lists its commands, and the options of one", async () => {
    expect(await octavo("--help").ended).toMatchObject({ code: 0, output: expect.stringContaining("mnist") });
    expect(await octavo("mnist", "--help").ended).toMatchObject({
      code: 0,
      output: expect.stringContaining("--epochs <n>"),
    });
  });

  it.each([
    [["mnits"], 2, 'octavo: expected a command: mnist, got "mnits".\nDid you mean mnist?\n'],
    [
      ["mnist", "--epoch", "1"],
      2,
      "octavo mnist: expected an option it knows, got --epoch.\nDid you mean --epochs?\n",
    ],
    [
      ["mnist", "--data", "cifar10"],
      2,
      "octavo mnist --data cifar10: expected --dir <folder> with data_batch_*.bin and test_batch.bin, got no --dir.\nThey are at https://",
    ],
    [
      ["mnist", "--out", join(import.meta.filename, "out")],
      1,
      "octavo mnist --out: expected a folder that can be made, got E",
    ],
    [["mnist", "--kernels", "cuda"], 1, "expected the name or kind of a kernel provider"],
    [["mnist", "--dir", "/nowhere"], 1, "octavo: /nowhere: expected one of train-images-idx3-ubyte"],
  ])("%j ends with %i and says why, without a stack", async (args, code, message) => {
    const result = await octavo(...args).ended;
    expect(result.output).toContain(message);
    expect(result.output).not.toContain("octavo: octavo");
    expect(result.output).not.toMatch(/^\s+at /m);
    expect(result.code).toBe(code);
  });

  it.skipIf(process.platform === "win32")("leaves nothing behind when it is interrupted", async () => {
    const out = await mkdtemp(join(tmpdir(), "octavo-interrupt-"));
    const { child, ended } = octavo("mnist", "--out", out);
    child.stdout.on(
      "data",
      (chunk) => String(chunk).includes("1/6") && setTimeout(() => child.kill("SIGINT"), 500),
    );
    expect(await ended).toMatchObject({ code: 130 });
    expect(await readdir(out)).toEqual([]);
    await rm(out, { recursive: true });
  });
});
