import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { saveProgram } from "@octavo/runtime";
import { describe, expect, it } from "vitest";

/** Starts `octavo` from its source. */
function octavo(...args: string[]) {
  return started([join(import.meta.dirname, "main.ts"), ...args]);
}

/** Starts a program whose output `octavo` watches; `turn` waits for errors of what was written. */
function octavoScript(code: string, stdout?: number) {
  const url = pathToFileURL(join(import.meta.dirname, "outlive-output.ts"));
  const start = `import { outliveOutput } from "${url}"; import { setTimeout as wait } from "node:timers/promises";`;
  const script = `${start} outliveOutput(); const turn = () => wait(20); ${code}`;
  return started(["--input-type=module", "-e", script], stdout);
}

/** @param stdout a file for its standard output; else that comes with its standard error */
function started(args: readonly string[], stdout?: number) {
  const child = spawn(process.execPath, ["--conditions=@octavo/source", ...args], {
    stdio: ["pipe", stdout ?? "pipe", "pipe"],
  }) as ChildProcessWithoutNullStreams;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
  const ended = once(child, "close").then(([code]) => ({ code: code as number, output }));
  return { child, ended };
}

const noSpace =
  "octavo: standard output: expected a place that can be written, got ENOSPC: no space left on device.\n";

/** A program's file in a folder of its own. */
async function savedRelu() {
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
  return { folder, file };
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

  it("answers help and --version", async () => {
    const [help, asked] = await Promise.all([octavo("help").ended, octavo("--help").ended]);
    expect(help).toEqual(asked);
    expect(help.output).toContain("octavo --version");
    expect(await octavo("help", "mnist").ended).toEqual(await octavo("mnist", "--help").ended);
    expect(await octavo("--version").ended).toEqual({
      code: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/),
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
      2,
      "octavo mnist --out: expected a folder that can be made, got E",
    ],
    [
      ["mnist", "--out", tmpdir(), "--checkpoint", join(import.meta.filename, "checkpoint")],
      2,
      "octavo mnist --checkpoint: expected a folder that can be made, got E",
    ],
    [
      ["profile", "--program", "/nowhere"],
      2,
      "octavo profile --program /nowhere: expected a file that can be read, got ENOENT",
    ],
    [
      ["profile", "--program", import.meta.filename],
      1,
      `octavo: ${import.meta.filename}: expected a header of at most`,
    ],
    [["profile"], 2, "octavo profile: expected --program <file>, got no program.\n"],
    [
      ["mnist", "--kernels", "cuda"],
      2,
      "octavo mnist --kernels: expected the name or kind of a kernel provider",
    ],
    [
      ["mnist", "--dir", "/nowhere"],
      2,
      "octavo mnist --dir /nowhere: expected one of train-images-idx3-ubyte",
    ],
    [
      ["mnist", "--batch-size", "60001"],
      2,
      "octavo mnist --batch-size: expected at most 60000, the number of training images, got 60001.\n",
    ],
    [
      ["profile", "--program", "x", "--kernels", "cuda"],
      2,
      "octavo profile --kernels: expected the name or kind of a kernel provider",
    ],
  ])("%j ends with %i and says why, without a stack", async (args, code, message) => {
    const result = await octavo(...args).ended;
    expect(result.output).toContain(message);
    expect(result.output).not.toContain("octavo: octavo");
    expect(result.output).not.toMatch(/^\s+at /m);
    expect(result.code).toBe(code);
  });

  it("profiles a program", async () => {
    const { folder, file } = await savedRelu();
    const args = ["--program", file, "--batch", "3", "--runs", "2", "--threads", "1"];
    const { code, output } = await octavo("profile", ...args).ended;
    expect(output).toMatch(/0 {2}unary {2}3×4 → 3×4 +[\d.]+ +100\.0 % +unary on /);
    expect(output).toMatch(/a run as a whole: [\d.]+ ms\n1 thread, arena \d+ bytes, constants \d+ bytes\n$/);
    expect(code).toBe(0);
    await rm(folder, { recursive: true });
  });

  it("says that a batch is too large for the memory", async () => {
    const { folder, file } = await savedRelu();
    const { code, output } = await octavo("profile", "--program", file, "--batch", "9000000000000000").ended;
    expect(output).toMatch(
      /^octavo profile --batch 9000000000000000: expected inputs that fit into memory, got \d+ elements: [^\n]+\n$/,
    );
    expect(code).toBe(1);
    await rm(folder, { recursive: true });
  });

  it.skipIf(!existsSync("/dev/full"))("fails when its output cannot be written", async () => {
    const { folder, file } = await savedRelu();
    const full = openSync("/dev/full", "w");
    const main = join(import.meta.dirname, "main.ts");
    const { ended } = started([main, "profile", "--program", file, "--runs", "2"], full);
    expect(await ended).toEqual({ code: 1, output: noSpace });
    closeSync(full);
    await rm(folder, { recursive: true });
  });

  it("goes on with its work when nobody reads its output any more", async () => {
    const { child, ended } = octavoScript(
      "for (let i = 0; i < 9; i++) { console.log(i); await turn(); } console.error('end')",
    );
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, output: expect.stringMatching(/end\n$/) });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "says once what else is wrong with its output, and goes on",
    async () => {
      const full = openSync("/dev/full", "w");
      const { ended } = octavoScript(
        "for (let i = 0; i < 9; i++) { console.log(i); await turn(); } console.error('end')",
        full,
      );
      expect(await ended).toEqual({ code: 1, output: `${noSpace}end\n` });
      closeSync(full);
    },
  );

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
