import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { platformPackages } from "./internal/addon-files.ts";
import { openNative, pickIsa } from "./open-native.ts";

// A system that no package is for: else one that this workspace has built might be found.
const { platform } = process;
beforeEach(() => void Object.defineProperty(process, "platform", { value: "plan9" }));
afterEach(() => void Object.defineProperty(process, "platform", { value: platform }));

const source = { name: "test-isa", architecture: process.arch };

it("says that an addon is for another processor", () => {
  const opened = openNative({ ...source, architecture: "pdp11", addon: new URL("file:///x.node") });
  expect(opened).toEqual({ unavailable: `built for pdp11, this is ${process.arch}` });
});

it("says that an addon is neither built nor installed, and how to get it", () => {
  const opened = openNative({ ...source, addon: new URL("file:///nowhere/octavo.node") });
  expect(opened).toEqual({
    unavailable: expect.stringMatching(
      `^there is no addon: neither /nowhere/octavo.node nor @octavo/kernels-${process.platform}-${process.arch}`,
    ),
    hint: expect.stringMatching(/^npm install @octavo\/kernels-.* npm run setup makes it$/),
  });
});

describe("with an addon", () => {
  let folder: string;
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), "octavo-")))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("passes on why it does not load", () => {
    const path = join(folder, "damaged.node");
    writeFileSync(path, "not a library");
    expect(openNative({ ...source, addon: pathToFileURL(path) })).toMatchObject({
      unavailable: expect.stringContaining(`${path} does not load: `),
      hint: expect.stringContaining("delete it"),
    });
  });

  it("refuses one of another version, whose kernels are unknown", () => {
    const isas = [{ name: "test-isa", missing: () => null, kernels: { gemm: 1, future: 2 } }];
    expect(pickIsa({ isas } as never, "test-isa")).toMatchObject({
      unavailable: "the addon has a kernel future: it is of another version than the package",
    });
  });

  it("refuses one that says what is missing in another way", () => {
    const isas = [{ name: "test-isa", missing: null, kernels: { gemm: 1 } }];
    expect(pickIsa({ isas } as never, "test-isa")).toMatchObject({
      unavailable: "the addon is of another version than the package",
    });
  });

  it("finds that of an installed platform package", () => {
    const [name] = platformPackages();
    const package_ = join(folder, "node_modules", name);
    mkdirSync(package_, { recursive: true });
    writeFileSync(join(package_, "package.json"), JSON.stringify({ name }));
    writeFileSync(join(package_, "octavo.node"), "not a library");
    expect(
      openNative({ ...source, addon: pathToFileURL(join(folder, "build", "local.node")) }),
    ).toMatchObject({
      unavailable: expect.stringContaining(`${join(package_, "octavo.node")} does not load: `),
    });
  });
});
