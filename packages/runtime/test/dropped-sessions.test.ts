import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

import { obstacleToProcess } from "./obstacle.ts";

const reason = await obstacleToProcess("reference");

test.skipIf(reason !== null)(`sessions that nobody disposed take their workers along ${reason ?? ""}`, () => {
  const script = join(import.meta.dirname, "dropped-sessions-process.ts");
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@octavo/source", script], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({ started: 3, ended: 3 });
});
