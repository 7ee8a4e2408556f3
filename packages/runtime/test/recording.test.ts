import type { Program } from "@octavo/spec";
import { describe, expect, test } from "vitest";

import { load, Session } from "../src/index.ts";
import { imageNetwork } from "./image-network.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats } from "./random-program.ts";
import { obstacle } from "./obstacle.ts";

const providers = await Promise.all(
  ["reference", "wasm", "native"].map(async (use) => ({ use, reason: await obstacle(use) })),
);
const images = (batch: number, seed: number) => ({
  data: floats(seed, batch * 784),
  shape: [batch, 1, 28, 28],
});

describe.each(providers)("a session on $use kernels", ({ use, reason }) => {
  const options = { kernels: { use } };

  test.skipIf(reason !== null)(`writes into earlier results ${reason ?? ""}`, async () => {
    using session = await load(imageNetwork().program, options);
    const expected = [1, 2].map((seed) => session.run(images(2, seed)).data.slice());
    const result = session.run(images(2, 1));
    expect(session.run(images(2, 2), result)).toBe(result);
    expect(result.data).toEqual(expected[1]);
    const { data } = result;
    const { name } = session.outputs[0];
    const named = session.run({ [session.inputs[0].name]: images(2, 1) }, { [name]: result });
    expect(named[name].data).toBe(data);
    expect(data).toEqual(expected[0]);
    expect(() => session.run(images(1, 1), result)).toThrow(
      /output '.+': expected a result of an earlier run with this batch, \[1, 10\], got \[2, 10\] with 20 elements/,
    );
    expect(() => session.run<"qint8">(images(1, 1), { ...result, data: new Int8Array(10) })).toThrow(
      /expected Float32Array \(float32\), got Int8Array/,
    );
    expect(() => session.run({ [session.inputs[0].name]: images(2, 1) }, {})).toThrow(
      new RegExp(`expected all results of an earlier run, got no '${name}'`),
    );
    expect(session.run(images(2, 2)).data).toEqual(expected[1]);
  });

  test.skipIf(reason !== null)(`takes inputs of either format in any mixture ${reason ?? ""}`, async () => {
    using session = await load(sumOfFour(), options);
    const input = (seed: number) => ({ data: floats(seed, 24), shape: [1, 2, 3, 4] });
    const last = (seed: number) => {
      const { data, shape } = input(seed);
      const order = data.map((_, i) => data[(i % 2) * 12 + (i >> 1)]);
      return { data: order, shape, memoryFormat: "channelsLast" as const };
    };
    const expected = session.run({ a: input(1), b: input(2), c: input(3), d: input(4) });
    for (let formats = 1; formats < 16; formats++) {
      const given = ["a", "b", "c", "d"].map((name, i) => [name, ((formats >> i) & 1 ? last : input)(i + 1)]);
      expect(session.run(Object.fromEntries(given)), `${formats}`).toEqual(expected);
    }
  });

  test.skipIf(reason !== null)(`gives the same with any number of threads ${reason ?? ""}`, async () => {
    const { program } = imageNetwork();
    using alone = await load(program, { ...options, threads: 1 });
    const expected = alone.run(images(9, 3));
    for (const threads of [2, 3, 5]) {
      using session = await load(program, { ...options, threads });
      expect(session.run(images(9, 3))).toEqual(expected);
    }
    using many = await load(program, { ...options, threads: 1000 });
    expect(Number(/(\d+) threads?, arena/.exec(many.explain())?.[1])).toBeLessThanOrEqual(256);
  });
});

test("a number of threads that is none is an error", () => {
  expect(() => new Session(imageNetwork().program, { threads: 0 })).toThrow(
    /threads for '.+': expected an integer ≥ 1, got 0/,
  );
});

/** a + b + c + d on images. */
function sumOfFour(): Program {
  const net = new ProgramBuilder();
  const parts = { shape: [-1, 2, 3, 4], dtype: "float32" } as const;
  const [a, ...rest] = ["a", "b", "c", "d"].map((name) => net.input(name, parts));
  const add = (x: number, y: number) => net.op("binary", [x, y], parts, { operator: "add" });
  return net.build(rest.reduce(add, a));
}
