import { loadKernels } from "@octavo/backend";
import * as nn from "@octavo/nn";
import { load } from "@octavo/runtime";
import { manualSeed, mul, randn, tensor, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { DeQuantize, lower, QFunctional, Quantize } from "../src/index.ts";
import { anyQParams } from "./any-qparams.ts";
import { Call } from "./call.ts";

beforeAll(() => loadKernels());

const parameters = process.env.CI ? { seed: 1 } : {};
const given = (x: Tensor) => ({ data: x.toArray() as Float32Array, shape: x.shape });
const bits = (data: Iterable<unknown>) => [...data].join(" ");

const qparams = anyQParams({ scale: { min: 1e-5, max: 10 }, place: 255 });

describe("a quantized constant", () => {
  it("is added to and multiplied with activations as in the module, to the bit", async () => {
    const examples = fc.record({
      a: qparams,
      b: qparams,
      y: qparams,
      operation: fc.constantFrom("add" as const, "addRelu" as const, "mul" as const),
      shapes: fc.constantFrom(
        { x: [3, 4, 5], b: [], op: "lookup" },
        { x: [3, 4, 5], b: [1, 1, 1, 1], op: "lookup" },
        { x: [3, 4, 5], b: [3, 1, 1], op: "channelLookup" },
        { x: [3, 4, 5], b: [1, 3, 1, 1], op: "channelLookup" },
        { x: [3, 4, 5], b: [1, 3, 4, 5], op: "binary" },
        { x: [3, 4, 3], b: [3], op: "binary" },
        { x: [3, 3, 5], b: [3, 1], op: "binary" },
        { x: [3, 1, 1], b: [4, 5], op: "binary" },
        { x: [1, 4, 5], b: [1, 3, 1, 1], op: "binary" },
        { x: [6], b: [6], op: "channelLookup" },
        { x: [6], b: [1, 6], op: "channelLookup" },
        { x: [6], b: [1], op: "lookup" },
        { x: [1], b: [6], op: "binary" },
        { x: [7, 6], b: [7, 6], op: "binary" },
        { x: [7, 6], b: [7, 1], op: "channelLookup" },
        { x: [], b: [1], op: "lookup" },
      ),
      isFirst: fc.boolean(),
      format: fc.constantFrom("contiguous" as const, "channelsLast" as const),
      seed: fc.nat(),
    });
    const law = fc.asyncProperty(examples, async ({ a, b, y, operation, shapes, isFirst, format, seed }) => {
      manualSeed(seed);
      const floats = (shape: readonly number[], [, { scale }]: typeof a) => mul(randn(shape), scale * 100);
      const [quant, fixed, join] = [new Quantize(...a), new Quantize(...b), new QFunctional(y)];
      const other = floats(shapes.b, b);
      const net = new Call((x: Tensor) => {
        const pair = [quant(toMemoryFormat(x, format)), fixed(other)] as const;
        const [first, second] = isFirst ? [pair[1], pair[0]] : pair;
        return new DeQuantize()(join(operation, first, second));
      });
      const program = lower(net, floats([2, ...shapes.x], a));
      expect(program.ops.map(({ op }) => op)).toContain(shapes.op);
      using session = await load(program);
      for (const batch of [1, 2, 5]) {
        const x = floats([batch, ...shapes.x], a);
        expect(bits(session.run(given(x)).data)).toBe(bits(net(x).toArray()));
      }
    });
    await fc.assert(law, { ...parameters, numRuns: 300 });
  });

  it("of qnnpack's additions is refused with its module's name", () => {
    const numbers = { scale: 0.1, zeroPoint: 100, quantMin: 0, quantMax: 255 };
    class Net extends nn.Module<[Tensor], Tensor> {
      quant = new Quantize("quint8", numbers);
      join = new QFunctional(["quint8", numbers], "qnnpack");

      override forward(x: Tensor): Tensor {
        return this.join.add(this.quant(x), this.quant(tensor([1, 2, 3])));
      }
    }
    expect(() => lower(new Net(), randn([1, 3]))).toThrow(
      /^join \(QFunctional\): expected an activation as operand 1 of add, got a constant/,
    );
  });
});
