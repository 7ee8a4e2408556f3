import * as backend from "@octavo/backend";
import * as convert from "@octavo/convert";
import * as data from "@octavo/data";
import * as fakeQuant from "@octavo/fake-quant";
import * as fusion from "@octavo/fusion";
import * as graph from "@octavo/graph";
import * as models from "@octavo/models";
import * as nn from "@octavo/nn";
import * as observers from "@octavo/observers";
import * as qat from "@octavo/qat";
import * as runtime from "@octavo/runtime";
import * as spec from "@octavo/spec";
import * as tensor from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import * as octavo from "./index.ts";

const packages = {
  spec,
  backend,
  tensor,
  nn,
  data,
  observers,
  fakeQuant,
  graph,
  fusion,
  qat,
  convert,
  runtime,
  models,
};

/** Names that two packages have: what octavo calls the one that is less often meant. */
const renamed: Readonly<Record<string, string>> = { "tensor.quantize": "quantizeTensor" };

describe("octavo", () => {
  it.each(Object.entries(packages))("has every export of %s", (name, exports) => {
    const lacking = Object.entries(exports).filter(
      ([key, value]) => (octavo as Record<string, unknown>)[renamed[`${name}.${key}`] ?? key] !== value,
    );
    expect(lacking.map(([key]) => key)).toEqual([]);
  });

  it("has loaded the best kernels already", async () => {
    const before = octavo.resolve("gemm").name;
    await octavo.loadKernels();
    expect(octavo.resolve("gemm").name).toBe(before);
  });
});
