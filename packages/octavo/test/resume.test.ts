import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Generator } from "@octavo/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

const script = fileURLToPath(new URL("resumed-process.ts", import.meta.url));
// The process is TypeScript, which Node runs by itself from 22.18 on.
const needsTypeScript = !process.features.typescript;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "octavo-resume-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts the training, and kills it so long after its first word, if it still runs. Gives the step it began with. */
async function run(checkpoint: string, end: string, killedAfter: number | null): Promise<number> {
  const child = spawn(process.execPath, ["--conditions=@octavo/source", script, checkpoint, end], {
    stdio: ["ignore", "pipe", "inherit"],
    // Fifty starts: what was compiled once is read back.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
  });
  const exit = once(child, "exit");
  let said = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    said += chunk;
    if (killedAfter === null || !said.endsWith("\n")) continue;
    await Promise.race([setTimeout(killedAfter), exit]);
    child.kill("SIGKILL");
  }
  const [code, signal] = await exit;
  expect(signal ?? code).toBeOneOf([0, "SIGKILL"]);
  return Number(/^step (\d+)$/m.exec(said)?.[1]);
}

test.skipIf(needsTypeScript)(
  "a training killed fifty times ends in the bits of one that was never interrupted",
  { timeout: 240_000 },
  async () => {
    const [checkpoint, end] = [join(folder, "run.safetensors"), join(folder, "end.safetensors")];
    const uninterrupted = join(folder, "uninterrupted.safetensors");
    await run(join(folder, "unused.safetensors"), uninterrupted, null);
    const expected = await readFile(uninterrupted);

    const generator = new Generator(11);
    const starts: number[] = [];
    for (let kills = 0; kills < 50;) {
      starts.push(await run(checkpoint, end, 200 * generator.uniform()));
      if (!existsSync(end)) {
        kills += 1;
        continue;
      }
      // It was faster than its killer: what it ended in counts, and the next run begins anew.
      expect((await readFile(end)).equals(expected)).toBe(true);
      await rm(end);
      await rm(checkpoint);
    }
    starts.push(await run(checkpoint, end, null));

    expect((await readFile(end)).equals(expected)).toBe(true);
    expect(starts.filter((step) => step > 0).length, `it began at steps ${starts}`).toBeGreaterThan(25);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  },
);
