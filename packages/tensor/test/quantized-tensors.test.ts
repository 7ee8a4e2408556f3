import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { ArgumentError } from "@octavo/spec";
import type { QuantizedDType } from "@octavo/spec";
import { maxPool2d, quantizePerChannel, quantizePerTensor, tensor, toMemoryFormat } from "@octavo/tensor";

const x = tensor([
  [-1, -0.26, 0],
  [0.24, 0.25, 9],
]);

describe("quantized tensors", () => {
  it("hold integers, scale and zero point", () => {
    const q = quantizePerTensor(x, 0.5, 2, "quint8");
    expect([...q.raw()]).toEqual([0, 1, 2, 2, 2, 20]);
    expect(q.intRepr().dtype).toBe("uint8");
    expect(q.intRepr().storage).toBe(q.storage);
    expect([...q.dequantize().data]).toEqual([-1, -0.5, 0, 0, 0, 9]);
    expect(String(q)).toContain("integers of quint8 (scale 0.5, zeroPoint 2)");
  });

  it("hold one scale per channel, along any axis and in any memory format", () => {
    const images = tensor(
      Float32Array.from({ length: 24 }, (_, i) => i - 12),
      [1, 2, 3, 4],
    );
    const scales = [0.5, 2];
    const plain = quantizePerChannel(images, scales, [0, 1], 1, "qint8");
    const last = quantizePerChannel(toMemoryFormat(images, "channelsLast"), scales, [0, 1], -3, "qint8");
    expect(last.intRepr().toArray()).toEqual(plain.intRepr().toArray());
    expect(plain.raw()[23]).toBe(6 + 1); // 11 / 2 is a tie: the even integer
    expect(last.dequantize().toArray()).toEqual(plain.dequantize().toArray());
  });

  it("keep their scale when elements move", () => {
    const q = quantizePerTensor(x.reshape([1, 1, 2, 3]), 0.5, 2, "quint8");
    for (const moved of [
      q.reshape([6]),
      q.flatten(),
      q.permute([0, 1, 3, 2]),
      q.slice(3, 0, 2),
      maxPool2d(q, 2),
    ]) {
      expect(moved.qparams).toBe(q.qparams);
    }
    expect([...maxPool2d(q, 2).raw()]).toEqual([2]);
  });
});

const quantize = goldens("quantize");

function quantizeRow(row: GoldenCase) {
  const dtype = row.args.dtype as QuantizedDType;
  const { data, shape } = row.input("x");
  const x = tensor(data as Float32Array, shape);
  return row.has("axis")
    ? quantizePerChannel(x, row.floats("scale"), row.integers("zero_point"), row.number("axis"), dtype)
    : quantizePerTensor(x, row.number("scale"), row.number("zero_point"), dtype);
}

function check(row: GoldenCase): void {
  if (row.name.includes("/invalid/")) return expect(() => quantizeRow(row)).toThrow(ArgumentError);
  const q = quantizeRow(row);
  const values = Array.from(q.raw() as Int8Array);
  const x = row.floats("x");
  const comparable = (_: number, i: number) =>
    // NaN becomes the zero point here; torch wraps around where the zero point leaves int32's range.
    !Number.isNaN(x[i]) && Math.abs(x[i] / row.number("scale")) < 2 ** 31 - 2 ** 8;
  const checked = row.has("axis") ? () => true : comparable;
  expect(values.filter(checked)).toEqual(row.integers("q").filter(checked));
  if (!row.has("y")) return;
  const y = Array.from(q.dequantize().data);
  expect(y.filter(checked)).toEqual(Array.from(row.floats("y")).filter(checked));
}

describe.skipIf(quantize.absent)(quantize.title, () => {
  const rows = [...quantize.select("per-tensor/"), ...quantize.select("per-channel/")];
  it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => check(row));
});
