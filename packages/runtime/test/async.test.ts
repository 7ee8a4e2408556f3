import { loadKernels } from "@octavo/backend";
import { ArgumentError } from "@octavo/spec";
import type { Program } from "@octavo/spec";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { load, Session } from "../src/index.ts";
import { openWorker } from "../src/worker-link.ts";
import type { WorkerLink } from "../src/worker-link.ts";
import { WorkerRunner } from "../src/internal/worker-runner.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats, int8s } from "./random-program.ts";

// The worker of a checkout is TypeScript, which Node runs by itself from 22.18 on.
const needsTypeScript = !process.features.typescript;

beforeAll(() => loadKernels({ use: "reference" }));

/** About 100 ms of work in the reference kernels. */
function slow(): Program {
  const net = new ProgramBuilder();
  const size = 40;
  const shape = [-1, 16, size, size];
  const x = net.input("image", { shape, dtype: "float32" });
  const q = net.op("quantize", [x], { shape, scale: 0.01, zeroPoint: 128 });
  const y = net.op(
    "conv",
    [q],
    { shape: [-1, 32, size, size], scale: 0.2, zeroPoint: 128 },
    { padding: 1 },
    {
      weight: ["qint8", [32, 3, 3, 16], int8s(5, 32 * 9 * 16)],
      weightScale: ["float32", [1], Float32Array.of(0.01)],
    },
  );
  return net.build(y);
}
const image = (seed: number) => ({ data: floats(seed, 16 * 1600), shape: [1, 16, 40, 40] });

const native = await loadKernels({ use: "native" }).then(
  () => null,
  (error: Error) => error.message.split("\n")[0],
);

describe.skipIf(native !== null)(`runAsync on native kernels ${native ?? ""}`, () => {
  const session = async () => load(slow(), { kernels: { use: "native" } });
  afterAll(() => loadKernels({ use: "reference" }));

  test("gives the bits that run gives, in order, also while run is called", async () => {
    using one = await session();
    const inputs = [1, 2, 3, 4].map(image);
    const expected = inputs.map((input) => one.run(input));
    const order: number[] = [];
    const calls = inputs.map((input, index) =>
      one.runAsync({ ...input, data: input.data.slice() }).finally(() => order.push(index)),
    );
    expect(inputs.map((input) => one.run(input))).toEqual(expected);
    expect(await Promise.all(calls)).toEqual(expected);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test("copies the inputs at once", async () => {
    using one = await session();
    const inputs = [1, 2, 3].map(image);
    const expected = inputs.map((input) => one.run(input));
    const calls = inputs.map((input) => one.runAsync(input));
    for (const { data } of inputs) data.fill(NaN);
    expect(await Promise.all(calls)).toEqual(expected);
  });

  test("rejects wrong inputs, and goes on", async () => {
    using one = await session();
    const broken = image(1);
    broken.data[3] = NaN;
    const [wrong, right] = [one.runAsync(broken), one.runAsync(image(2))];
    await expect(wrong).rejects.toThrow(/input 'image': expected numbers, got NaN among them/);
    expect(await right).toEqual(one.run(image(2)));
    await expect(one.runAsync({ data: [1], shape: [1] })).rejects.toThrow(/input 'image': expected a shape/);
  });

  test("dispose rejects the calls that wait, and what runs ends in peace", async () => {
    const one = await session();
    const calls = [1, 2, 3].map((seed) => one.runAsync(image(seed)));
    one.dispose();
    for (const call of calls) await expect(call).rejects.toThrow(/got the session was disposed/);
    using other = await session();
    const expected = other.run(image(1));
    expect(await other.runAsync(image(1))).toEqual(expected);
  });
});

describe.skipIf(needsTypeScript)("runAsync", () => {
  test("gives the bits that run gives, in order, whatever happens to the inputs afterwards", async () => {
    using session = new Session(slow());
    const inputs = [1, 2, 3].map(image);
    const expected = inputs.map((input) => session.run(input));
    const order: number[] = [];
    const calls = inputs.map((input, index) => session.runAsync(input).finally(() => order.push(index)));
    for (const { data } of inputs) data.fill(NaN);
    expect(await Promise.all(calls)).toEqual(expected);
    expect(order).toEqual([0, 1, 2]);
  });

  test("leaves the event loop free", async () => {
    using session = new Session(slow());
    await session.runAsync(image(1));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await Promise.all([1, 2, 3, 4].map((seed) => session.runAsync(image(seed))));
    clearInterval(timer);
    // A loop that was blocked by each call could tick once after each.
    expect(ticks).toBeGreaterThan(10);
  });

  test("rejects wrong inputs with the errors of run", async () => {
    using session = new Session(slow());
    await expect(session.runAsync({ data: new Float32Array(4), shape: [1, 4] })).rejects.toThrow(
      /input 'image': expected a shape/,
    );
    const broken = image(1);
    broken.data[3] = NaN;
    await expect(session.runAsync(broken)).rejects.toThrow(
      /input 'image': expected numbers, got NaN among them/,
    );
    await expect(session.runAsync(broken)).rejects.toThrow(ArgumentError);
    expect((await session.runAsync(image(2))).data).toEqual(session.run(image(2)).data);
  });

  test("a worker that dies rejects the calls that wait; the next call starts another", async () => {
    const workers: WorkerLink[] = [];
    const runner = new WorkerRunner(slow(), "reference", (events) => {
      workers.push(openWorker(events));
      return workers[workers.length - 1];
    });
    const first = await runner.run({ image: image(1) });
    // Large enough that the worker cannot answer before it ends.
    const lost = [runner.run({ image: image(200) }), runner.run({ image: image(200) })];
    const settled = Promise.allSettled(lost);
    workers[0].end();
    for (const result of await settled) {
      expect(result.status).toBe("rejected");
      expect(String((result as PromiseRejectedResult).reason)).toMatch(
        /KernelError: runAsync of 'net': expected the worker to answer, got exit code 1.\nCall runAsync again/,
      );
    }
    expect(await runner.run({ image: image(1) })).toEqual(first);
    expect(workers.length).toBe(2);
    runner.dispose();
  });

  test("dispose rejects the calls that wait", async () => {
    const session = new Session(slow());
    const call = session.runAsync(image(1));
    session.dispose();
    await expect(call).rejects.toThrow(/got the session was disposed/);
    await expect(session.runAsync(image(1))).rejects.toThrow(/one that was disposed/);
  });

  test("kernels that the worker cannot load are an error of each call", async () => {
    const runner = new WorkerRunner(slow(), "abacus");
    await expect(runner.run({ image: image(1) })).rejects.toThrow(/abacus/);
    await expect(runner.run({ image: image(1) })).rejects.toThrow(/abacus/);
    runner.dispose();
  });

  test("in a process of its own, load picks the best kernels, and a session that nobody disposed does not keep it", () => {
    const script = fileURLToPath(new URL("./async-process.ts", import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, ["--conditions=@octavo/source", script], {
      timeout: 20_000,
      env: { ...process.env, OCTAVO_KERNELS: "" },
      encoding: "utf8",
    });
    expect([stdout.trim().split("\n"), status]).toEqual([["same", "priority"], 0]);
  });
});
