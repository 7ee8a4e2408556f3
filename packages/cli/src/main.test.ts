import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveProgram } from "@octavo/runtime";
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
    [["mnits"], 2, 'octavo: expected a command: mnist, profile, got "mnits".\nDid you mean mnist?\n'],
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
    [["profile"], 2, "octavo profile: expected --program <file>, got no program.\n"],
    [["mnist", "--kernels", "cuda"], 1, "expected the name or kind of a kernel provider"],
    [["mnist", "--dir", "/nowhere"], 1, "octavo: /nowhere: expected one of train-images-idx3-ubyte"],
  ])("%j ends with %i and says why, without a stack", async (args, code, message) => {
    const result = await octavo(...args).ended;
    expect(result.output).toContain(message);
    expect(result.output).not.toContain("octavo: octavo");
    expect(result.output).not.toMatch(/^\s+at /m);
    expect(result.code).toBe(code);
  });

  it("profiles a program", async () => {
    const folder = await mkdtemp(join(tmpdir(), "octavo-profile-"));
    const file = join(folder, "relu.safetensors");
    const shape = [-1, 4];
    const value = { dtype: "float32", shape, memoryFormat: "contiguous" } as const;
    const relu = { op: "unary", version: 1, name: "act", inputs: [0], outputs: [1], constants: {} } as const;
    await saveProgram(file, {
      formatVersion: 1,
      name: "relu",
      inputs: [0],
      outputs: [1],
      values: [
        { name: "x", ...value },
        { name: "act", ...value },
      ],
      ops: [{ ...relu, attributes: { operator: "relu" } }],
      constants: {},
    });
    const args = ["--program", file, "--batch", "3", "--runs", "2", "--threads", "1"];
    const { code, output } = await octavo("profile", ...args).ended;
    expect(output).toMatch(/0 {2}unary {2}3×4 → 3×4 +[\d.]+ +100\.0 % +unary on /);
    expect(output).toMatch(/a run as a whole: [\d.]+ ms\n1 thread, arena \d+ bytes, constants \d+ bytes\n$/);
    expect(code).toBe(0);
    await rm(folder, { recursive: true });
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
