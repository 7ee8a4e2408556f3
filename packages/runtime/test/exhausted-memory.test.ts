import { loadKernels } from "@octavo/backend";
import { KernelError } from "@octavo/spec";
import { describe, expect, test } from "vitest";

import { Session } from "../src/index.ts";
import { obstacle } from "./obstacle.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats, int8s } from "./random-program.ts";

/** 16 floats in, 8192 bytes on the way, one number out: a batch of few bytes that needs many. */
function wide() {
  const net = new ProgramBuilder();
  const x = net.input("x", { shape: [-1, 16], dtype: "float32" });
  let value = net.op("quantize", [x], { shape: [-1, 16], scale: 0.02, zeroPoint: 128 });
  for (const [inputs, outputs] of [
    [16, 8192],
    [8192, 1],
  ]) {
    const weight = ["qint8", [outputs, inputs], int8s(inputs, outputs * inputs)] as const;
    const weightScale = ["float32", [1], Float32Array.of(0.001)] as const;
    const qparams = { shape: [-1, outputs], scale: 0.1, zeroPoint: 7 };
    value = net.op("linear", [value], qparams, {}, { weight: [...weight], weightScale: [...weightScale] });
  }
  return net.build(net.op("dequantize", [value], { shape: [-1, 1], dtype: "float32" }));
}

const providers = await Promise.all(
  [
    { use: "wasm-simd128", batches: [200_000, 500_000] },
    { use: "wasm-simd128-threads", batches: [500_000] },
  ].map(async (one) => ({ ...one, reason: await obstacle(one.use) })),
);

describe.each(providers)("$use", ({ use, batches, reason }) => {
  test.skipIf(reason !== null)(
    `a batch beyond its memory is an error, and harms nobody ${reason ?? ""}`,
    async () => {
      await loadKernels({ use });
      using session = new Session(wide());
      using other = new Session(wide());
      const input = { data: floats(1, 3 * 16), shape: [3, 16] };
      const expected = other.run(input);
      expect(session.run(input)).toEqual(expected);
      for (const batch of batches) {
        const large = { data: new Float32Array(batch * 16), shape: [batch, 16] };
        for (let attempt = 0; attempt < 2; attempt++) {
          const run = () => session.run(large);
          expect(run).toThrow(KernelError);
          expect(run).toThrow(
            /expected \d+ bytes of memory for a batch of \d+, got .*\nRun smaller batches\.$/,
          );
        }
        expect(session.run(input)).toEqual(expected);
        expect(other.run(input)).toEqual(expected);
      }
    },
  );
});
