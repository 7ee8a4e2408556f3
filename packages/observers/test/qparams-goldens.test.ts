import { calculateQParams, onWarning, quantRange } from "@octavo/observers";
import type { QParamsOptions } from "@octavo/observers";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { ArgumentError, QuantizationError } from "@octavo/spec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { torchOptions } from "./torch-options.ts";

const qparams = goldens("qparams");
const constructorRows = qparams.cases.filter((row) => row.name.startsWith("constructor/"));
const rows = qparams.cases.filter((row) => !constructorRows.includes(row));

const warnings: string[] = [];
beforeEach(() => onWarning((message) => warnings.push(message)));
afterEach(() => {
  warnings.length = 0;
  onWarning(null);
});

const optionsOf = (row: GoldenCase): QParamsOptions => ({
  dtype: "quint8",
  qscheme: "perTensorAffine",
  min: row.has("min") && typeof row.args.min === "number" ? row.args.min : row.floats("min"),
  max: row.has("max") && typeof row.args.max === "number" ? row.args.max : row.floats("max"),
  ...torchOptions(row.args),
});

describe.skipIf(qparams.absent)(qparams.title, () => {
  it("covers every row of the group", () => {
    expect(rows.length + constructorRows.length).toBe(484);
  });

  it.each(rows.map((row) => [row.name, row] as const))("%s", (name, row) => {
    if (row.errors.error || name.endsWith("-nonfinite")) {
      expect(() => calculateQParams(optionsOf(row))).toThrow(QuantizationError);
      return;
    }
    const { scale, zeroPoint, quantMin, quantMax } = calculateQParams(optionsOf(row));
    expect({ scale: [...scale], zeroPoint: [...zeroPoint], quantMin, quantMax }).toEqual({
      scale: listOf(row, "scale"),
      zeroPoint: listOf(row, "zero_point"),
      quantMin: row.number("effective_quant_min"),
      quantMax: row.number("effective_quant_max"),
    });
    expect(warnings.length).toBe(name.endsWith("never-observed") ? 1 : 0);
  });

  it.each(constructorRows.map((row) => [row.name, row] as const))("%s", (name, row) => {
    const { dtype = "quint8", quantMin, quantMax, reduceRange } = torchOptions(row.args);
    const options = { dtype, quantMin, quantMax, reduceRange };
    if (name === "constructor/quint8-symmetric-reduce-range") {
      expect(quantRange(options)).toEqual({ quantMin: 0, quantMax: 127, custom: false }); // torch refuses
    } else if (row.errors.error) {
      expect(() => quantRange(options)).toThrow(ArgumentError);
    } else {
      const range = quantRange(options);
      expect([range.quantMin, range.quantMax]).toEqual([
        row.outputs.effective_quant_min,
        row.outputs.effective_quant_max,
      ]);
      expect(warnings).toEqual([expect.stringMatching(/quantMin and quantMax count only together/)]);
    }
  });
});

function listOf(row: GoldenCase, role: string): number[] {
  const entry = row.outputs[role];
  return typeof entry === "number" ? [entry] : Array.from(row.tensor(role).data as ArrayLike<number>);
}
