import { afterEach, describe, expect, it, vi } from "vitest";
import { goldens } from "./goldens.ts";

const qparams = goldens("qparams");

describe.skipIf(qparams.absent)(qparams.title, () => {
  it("reads arguments, numbers and infinities", () => {
    const [row] = qparams.select("special-quint8/never-observed");
    expect(row.args.min).toBe(Infinity);
    expect(row.number("max")).toBe(-Infinity);
    expect(row.number("scale")).toBe(1);
  });

  it("reads tensors of every role, with shape and dtype", () => {
    const [row] = qparams.select("per-channel/");
    expect(row.tensor("min").dtype).toBe("float32");
    expect(row.floats("scale").length).toBe(row.tensor("scale").shape[0]);
    expect(row.integers("zero_point").every(Number.isInteger)).toBe(true);
  });

  it("keeps torch's errors apart", () => {
    const [row] = qparams.select("special-quint8/min-gt-max");
    expect(row.errors.error).toMatch(/min/);
    expect(row.outputs).toEqual({});
  });

  it("names what is there when a role or a case is not", () => {
    const [row] = qparams.select("per-channel/");
    expect(() => row.tensor("weight")).toThrow(
      /weight: expected a tensor, got nothing of that name.\nTensors here: min, max/,
    );
    expect(() => qparams.select("nothing/")).toThrow(/expected cases named nothing\/…, got none/);
  });
});

describe("goldens", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("are read from OCTAVO_GOLDENS where that is set", () => {
    vi.stubEnv("OCTAVO_GOLDENS", "/no/such/folder");
    expect(goldens("qparams").title).toMatch(/skipped: no .no.such.folder.qparams.json/);
  });

  it("tells inputs from outputs of the same name", () => {
    const group = goldens("float-ops");
    if (group.absent) return;
    const [row] = group.select("where/0");
    expect(() => row.tensor("y")).toThrow(/Use input\(role\) or output\(role\)/);
    expect(row.output("y").shape.length).toBeGreaterThan(0);
  });

  it("is absent, and says so in its title, where the files are missing", () => {
    const group = goldens("no-such-group");
    expect(group.absent).toBe(true);
    expect(group.title).toMatch(/skipped: no .*no-such-group.json/);
    expect(group.select("anything")).toEqual([]);
  });
});
