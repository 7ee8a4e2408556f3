#!/usr/bin/env node
import { outliveOutput } from "./outlive-output.ts";
import { run } from "./run.ts";

// Exit listeners run, so that a file half written is removed: see writeFile of @octavo/safetensors.
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}

outliveOutput();
process.exitCode = (await run(process.argv.slice(2))) || process.exitCode;
