import { loadKernels } from "@octavo/backend";
import type { Program } from "@octavo/spec";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

import { fusionTable } from "../src/fusion-table.ts";
import { checkProgram, Session } from "../src/index.ts";
import { Executor } from "../src/internal/executor.ts";
import { fuseOps } from "../src/fuse-ops.ts";
import type { OpFusion } from "../src/op-fusion.ts";
import { obstacle } from "./obstacle.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats } from "./random-program.ts";

const providers = await Promise.all(
  ["reference", "wasm", "native"].map(async (use) => ({ use, reason: await obstacle(use) })),
);

/** cat(…, cat(a, b), …) = cat(…, a, b, …): a fusion whose second op has other inputs, which may be made after the first op. */
const catIntoCat: OpFusion = ({ op: first }, { op: reader }, operand) => {
  if (first.op !== "cat" || reader.op !== "cat") return null;
  return { ...reader, inputs: reader.inputs.toSpliced(operand, 1, ...first.inputs) };
};

/**
 * A random float network on images [−1, 2, 5, 4]: a few of convolution and its transpose, batch norm, relu, clamp, sigmoid and
 * cat of two, each of any values made before; one to three outputs.
 */
const floatProgram: fc.Arbitrary<Program> = fc
  .record({
    steps: fc.array(fc.record({ op: fc.nat(7), a: fc.nat(100), b: fc.nat(100) }), {
      minLength: 6,
      maxLength: 12,
    }),
    outputs: fc.array(fc.nat(100), { minLength: 1, maxLength: 3 }),
  })
  .map(({ steps, outputs }) => {
    const net = new ProgramBuilder();
    const image = (channels: number) => ({ shape: [-1, channels, 5, 4], dtype: "float32" }) as const;
    const made = [net.input("image", image(2))];
    const channels = (value: number) => net.values[value].shape[1];
    for (const { op, ...choice } of steps) {
      // Mostly the last one, so that chains come about.
      const a = made[choice.a % 4 > 0 ? made.length - 1 : choice.a % made.length];
      const b = made[choice.b % made.length];
      const unary = (operator: string, attributes = {}) =>
        net.op("unary", [a], image(channels(a)), { operator, ...attributes });
      const bias = choice.b % 3 > 0 && ({ bias: ["float32", [3], floats(choice.b, 3)] } as const);
      const conv = (op: string, outer: number, inner: number) => () => {
        const weight = ["float32", [outer, 3, 3, inner], floats(made.length, 27 * channels(a))] as const;
        return net.op(op, [a], image(3), { padding: 1 }, { weight, ...bias });
      };
      const scale = ["float32", [channels(a)], floats(choice.b, channels(a))] as const;
      const makers = [
        conv("floatConv", 3, channels(a)),
        conv("floatConvTranspose", channels(a), 3),
        () => net.op("channelAffine", [a], image(channels(a)), {}, { scale }),
        () => unary("relu"),
        () => unary("relu"),
        () => unary("clamp", { alpha: -0.25, beta: 0.5 }),
        () => unary("sigmoid"),
        () => net.op("cat", [a, b], image(channels(a) + channels(b)), { axis: 1 }),
      ];
      made.push(channels(a) + channels(b) > 12 ? makers[0]() : makers[op]());
    }
    return net.build(
      ...new Set([made[made.length - 1], ...outputs.map((n) => made[1 + (n % steps.length)])]),
    );
  });

function results(program: Program, batch: number) {
  const executor = new Executor(program, 1);
  const outputs = program.outputs.map(() => null);
  executor.run(batch, [{ data: floats(3, batch * 40), shape: [batch, 2, 5, 4] }], outputs);
  executor.dispose();
  return outputs;
}

describe.each(providers)("fused programs on $use kernels", ({ use, reason }) => {
  afterAll(() => loadKernels({ use: "reference" }));
  test.skipIf(reason !== null)(`are right, no longer, and give the same bits ${reason ?? ""}`, async () => {
    await loadKernels({ use });
    let fewer = 0;
    const property = fc.property(floatProgram, fc.integer({ min: 1, max: 2 }), (program, batch) => {
      const fused = fuseOps(program, [...fusionTable, catIntoCat]);
      checkProgram(fused);
      expect(results(fused, batch)).toEqual(results(program, batch));
      if (fused.ops.length < program.ops.length) fewer++;
      else expect(fused).toBe(program);
    });
    fc.assert(property, { numRuns: 100 });
    expect(fewer).toBeGreaterThan(30);
  });
});

describe("a clamp behind a layer", () => {
  const image = { shape: [-1, 1, 2, 2], dtype: "float32" } as const;
  const weight = { weight: ["float32", [1, 1, 1, 1], Float32Array.of(2)] } as const;

  /** A convolution with these attributes, then a function of one value; outputs besides the last value. */
  function layerThen(
    operator: string,
    attributes = {},
    layer = {},
    outputs: (conv: number) => number[] = () => [],
  ) {
    const net = new ProgramBuilder();
    const conv = net.op("floatConv", [net.input("x", image)], image, layer, weight);
    return net.build(net.op("unary", [conv], image, { operator, ...attributes }), ...outputs(conv));
  }
  const attributesOf = (program: Program) => fuseOps(program).ops.map(({ attributes }) => attributes);

  test("becomes its range", () => {
    expect(attributesOf(layerThen("relu"))).toEqual([{ low: 0 }]);
    expect(attributesOf(layerThen("clamp", { beta: 6 }, { padding: 0 }))).toEqual([
      { padding: 0, low: 0, high: 6 },
    ]);
  });

  test("stays an op where it is none, or not the only reader, or the layer clamps already", () => {
    const others = [
      layerThen("sigmoid"),
      layerThen("clamp", { alpha: 1, beta: -1 }),
      layerThen("relu", {}, { high: 1 }),
      layerThen("relu", {}, {}, (conv) => [conv]),
    ];
    for (const program of others) expect(fuseOps(program)).toBe(program);
  });

  test("shares a row with it, which names both", () => {
    const program = layerThen("relu");
    using session = new Session(program);
    expect(session.program).toBe(program);
    expect(session.explain()).toMatch(
      /^ {2}0 {2}layers\.0 \+ layers\.1 \(floatConv\): packedConv direct on reference/,
    );
    expect(session.run({ data: Float32Array.of(-1, 1, 2, -2), shape: [1, 1, 2, 2] }).data).toEqual(
      Float32Array.of(0, 2, 4, 0),
    );
    const { rows } = session.profile({ data: new Float32Array(4), shape: [1, 1, 2, 2] }, 1);
    expect(rows.map(({ name }) => name)).toEqual(["layers.0 + layers.1"]);
  });
});

test("a fused op waits for all that both read", () => {
  const net = new ProgramBuilder();
  const image = (channels: number) => ({ shape: [-1, channels, 1, 1], dtype: "float32" }) as const;
  const x = net.input("x", image(1));
  const cat = net.op("cat", [x, x], image(2), { axis: 1 });
  const late = net.op("unary", [x], image(1), { operator: "neg" });
  const program = net.build(net.op("cat", [late, cat], image(3), { axis: 1 }));
  const fused = fuseOps(program, [catIntoCat]);
  expect(fused.ops.map(({ op, name, inputs, outputs }) => ({ op, name, inputs, outputs }))).toEqual([
    { op: "unary", name: "layers.1", inputs: [0], outputs: [1] },
    { op: "cat", name: "layers.0 + layers.2", inputs: [1, 0, 0], outputs: [2] },
  ]);
  expect(fused.values.map(({ name }) => name)).toEqual(["x", "layers.1", "layers.2"]);
});

test("of two that might be fused the last is, which has nothing to wait for", () => {
  const net = new ProgramBuilder();
  const image = (channels: number) => ({ shape: [-1, channels, 1, 1], dtype: "float32" }) as const;
  const x = net.input("x", image(1));
  const [first, second] = [0, 1].map(() => net.op("cat", [x, x], image(2), { axis: 1 }));
  const program = net.build(net.op("cat", [first, second], image(4), { axis: 1 }));
  const once: OpFusion = (op, reader, operand) =>
    reader.op.inputs.length > 2 ? null : catIntoCat(op, reader, operand);
  expect(fuseOps(program, [once]).ops.map(({ name }) => name)).toEqual(["layers.0", "layers.1 + layers.2"]);
});
