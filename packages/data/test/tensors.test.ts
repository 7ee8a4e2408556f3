import { writeSafetensors } from "@octavo/safetensors";
import { tensor, Tensor } from "@octavo/tensor";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { loadTensors, saveTensors } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "octavo-tensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("saving and loading is the identity, channels-last tensors in torch's order", async () => {
  const path = join(folder, "net.safetensors");
  const last = new Tensor({ shape: [1, 2, 1, 3], memoryFormat: "channelsLast" });
  last.data.set([0, 3, 1, 4, 2, 5]);
  const saved = [
    ["conv.weight", last],
    ["steps", tensor(Int32Array.of(1, -2))],
    ["scalar", tensor(3.5)],
  ] as const;
  await saveTensors(
    path,
    saved.map(([name, x]) => [name, name === "steps" ? tensor([1, -2], { dtype: "int32" }) : x] as const),
  );
  const loaded = await loadTensors(path);
  expect([...loaded.keys()]).toEqual(["conv.weight", "steps", "scalar"]);
  expect(loaded.get("conv.weight")!.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  expect(loaded.get("conv.weight")!.shape).toEqual([1, 2, 1, 3]);
  expect([loaded.get("steps")!.dtype, ...loaded.get("steps")!.raw<Int32Array<ArrayBuffer>>()]).toEqual([
    "int32",
    1,
    -2,
  ]);
  expect(loaded.get("scalar")!.item()).toBe(3.5);
});

test("floats of other sizes become float32, exactly", async () => {
  const half = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0xfc00, 0x8000);
  const brain = Uint16Array.of(0x3f80, 0xc049, 0x7f80);
  const bytes = writeSafetensors([
    ["half", { dtype: "F16", shape: [7], data: half }],
    ["brain", { dtype: "BF16", shape: [3], data: brain }],
    ["double", { dtype: "F64", shape: [1], data: Float64Array.of(0.1) }],
    ["long", { dtype: "I64", shape: [1], data: BigInt64Array.of(-7n) }],
  ]);
  const loaded = await loadTensors(bytes);
  expect([...loaded.get("half")!.data]).toEqual([1, -2, 2 ** -24, 65504, Infinity, -Infinity, -0]);
  expect([...loaded.get("brain")!.data]).toEqual([1, -3.140625, Infinity]);
  expect(loaded.get("double")!.item()).toBe(Math.fround(0.1));
  expect([loaded.get("long")!.dtype, loaded.get("long")!.item()]).toEqual(["int64", -7]);
});

test("what tensors cannot hold is an error that names it", async () => {
  const bytes = writeSafetensors([["index", { dtype: "U64", shape: [1], data: BigUint64Array.of(1n) }]]);
  await expect(loadTensors(bytes)).rejects.toThrow(/bytes, tensor 'index': expected dtype F32, .* got U64/);
  const quantized = new Tensor({
    shape: [1],
    dtype: "quint8",
    qparams: {
      dtype: "quint8",
      qscheme: "perTensorAffine",
      scale: Float32Array.of(1),
      zeroPoint: Int32Array.of(0),
      axis: null,
      quantMin: 0,
      quantMax: 255,
    },
  });
  await expect(saveTensors(join(folder, "q.safetensors"), [["x", quantized]])).rejects.toThrow(
    /tensor 'x': expected one that is not quantized, got quint8/,
  );
});

test("something else than a state dict is an error that says what to give", async () => {
  const path = join(folder, "wrong.safetensors");
  const tensors = { x: tensor([1]) };
  for (const [wrong, got] of [
    [tensors, "object"],
    ["path", "an entry that is not a name and a tensor"],
    [undefined, "undefined"],
  ]) {
    await expect(saveTensors(path, wrong as never)).rejects.toThrow(
      `saveTensors: expected a state dict: a Map, or a list of [name, tensor], got ${got}.`,
    );
  }
  await saveTensors(path, Object.entries(tensors));
  expect((await loadTensors(path)).get("x")!.item()).toBe(1);
});
