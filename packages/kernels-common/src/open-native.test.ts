import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

import { openNative } from "./open-native.ts";

const source = { name: "test-isa", architecture: process.arch, package: "@octavo/kernels-test" };

it("says that an addon is for another processor", () => {
  const opened = openNative({ ...source, architecture: "pdp11", addon: new URL("file:///x.node") });
  expect(opened).toEqual({ unavailable: `built for pdp11, this is ${process.arch}` });
});

it("says that an addon is not built, and how to build it", () => {
  expect(openNative({ ...source, addon: new URL("file:///nowhere/octavo.node") })).toEqual({
    unavailable: "/nowhere/octavo.node is not there",
    hint: "In a checkout with a C++ compiler: pnpm --filter @octavo/kernels-test run build:kernels",
  });
});

it("passes on why an addon does not load", () => {
  const folder = mkdtempSync(join(tmpdir(), "octavo-"));
  try {
    const path = join(folder, "damaged.node");
    writeFileSync(path, "not a library");
    const opened = openNative({ ...source, addon: pathToFileURL(path) });
    expect(opened).toMatchObject({
      unavailable: expect.stringContaining(`${path} does not load: `),
      hint: expect.stringContaining("pnpm --filter @octavo/kernels-test run build:kernels"),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
