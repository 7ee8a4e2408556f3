import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Browser } from "./browsers.ts";
import type { Site } from "./site.ts";

/** What a page may take, in milliseconds: a cold start of a browser on a busy machine included. */
const patience = 60_000;

/** Opens a page in a browser of its own and resolves to what it posts to `site`. */
export async function openPage<Message>(
  browser: Browser,
  program: string,
  site: Site,
  address: string,
): Promise<Message> {
  const profile = mkdtempSync(join(tmpdir(), "octavo-browser-"));
  const log: string[] = [];
  const child = spawn(program, browser.arguments(address, profile), {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that its helpers end with it.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => log.push(String(data)));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    const answer = await Promise.race([
      site.message(),
      ended,
      setTimeout(patience, undefined, { ref: false }),
    ]);
    if (answer === undefined)
      throw new Error(`${browser.name} reported nothing:\n${log.join("").slice(-2000)}`);
    return answer as Message;
  } finally {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
