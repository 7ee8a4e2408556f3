import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mnist, subset } from "@octavo/data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runJob } from "./job.ts";
import type { Results } from "./job.ts";
import { summaryLine } from "./summary-line.ts";
import { table } from "./table.ts";

const folders: string[] = [];
const said: string[] = [];

/** The whole job on a few images. */
async function smallJob(): Promise<Results> {
  const { train, test } = await mnist();
  const out = await mkdtemp(join(tmpdir(), "octavo-mnist-"));
  folders.push(out);
  const data = { train: subset(train, 0, 1280), test: subset(test, 0, 500) };
  const settings = {
    epochs: 2,
    qatEpochs: 1,
    batchSize: 32,
    engine: "octavo",
    seed: 3,
    out,
    checkpoint: "",
  } as const;
  return runJob(data, settings, (line) => said.push(line));
}

describe("the job on a few images", { timeout: 120_000 }, () => {
  let results: Results;
  beforeAll(async () => {
    results = await smallJob();
  }, 120_000);
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it("learns, and int8 keeps what was learned", () => {
    expect(results.float.accuracy).toBeGreaterThan(60);
    expect(results.qatInt8.accuracy).toBeGreaterThan(results.float.accuracy - 5);
    expect(results.ptqInt8.accuracy).toBeGreaterThan(results.float.accuracy - 5);
  });

  it("gives the same bits from the file as from the modules", () => {
    expect(results.identical).toEqual({ same: 500, of: 500 });
  });

  it("simulates what int8 computes", () => {
    const { fakeQuant, qatInt8 } = results;
    expect(Math.abs(fakeQuant.accuracy - qatInt8.accuracy)).toBeLessThanOrEqual(0.6);
  });

  it("writes a float file and a smaller int8 file, and nothing else", async () => {
    expect((await readdir(folders[0])).sort()).toEqual(["float.safetensors", "int8.safetensors"]);
    expect(results.qatInt8.bytes / results.float.bytes).toBeLessThanOrEqual(0.3);
  });

  it("announces the six steps", () => {
    expect(said.filter((line) => /^\d\/6/.test(line)).map((line) => line[0])).toEqual([..."123456"]);
  });

  it("ends in one line for scripts", () => {
    const number = String.raw`\d+\.\d\d`;
    const line = new RegExp(
      `^octavo: float ${number} qat-int8 ${number} ptq-int8 ${number} bytes 0.${"\\d\\d"} identical 500/500$`,
    );
    expect(summaryLine(results)).toMatch(line);
    const { float, fakeQuant, qatInt8, ptqInt8 } = results;
    expect(table([float, fakeQuant, qatInt8, ptqInt8]).split("\n")).toHaveLength(5);
  });

  it("gives the same numbers from the same seed", async () => {
    const again = await smallJob();
    expect(again.float.logits).toEqual(results.float.logits);
    expect(again.qatInt8.logits).toEqual(results.qatInt8.logits);
    expect(again.ptqInt8.logits).toEqual(results.ptqInt8.logits);
  });
});
