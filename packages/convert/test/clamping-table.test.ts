import { loadKernels } from "@octavo/backend";
import * as nn from "@octavo/nn";
import { FloatFunctional, getDefaultQConfig, prepare, QuantWrapper } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { clamp, hardtanh, manualSeed, mul, noGrad, randn, relu, relu6 } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { convert, DeQuantize, lower, QFunctional, Quantize } from "../src/index.ts";
import { anyQParams } from "./any-qparams.ts";
import { Call } from "./call.ts";

beforeAll(() => loadKernels());

const parameters = process.env.CI ? { seed: 1 } : {};
const given = (x: Tensor) => ({ data: x.toArray() as Float32Array, shape: x.shape });
const bits = (data: Iterable<unknown>) => [...data].join(" ");
const opsOf = (net: nn.Module, x: Tensor | Tensor[]) => lower(net, x).ops.map(({ op }) => op);

/** dtype, scale and zero point, over the whole range or 7 bits. */
const qparams = anyQParams({ scale: { min: 0.002, max: 0.9 }, place: 127, reduces: true });

const activations = {
  relu: (x: Tensor) => relu(x),
  relu6: (x: Tensor) => relu6(x),
  hardtanh: (x: Tensor) => hardtanh(x, { minVal: -0.5, maxVal: 0.25 }),
  clamp: (x: Tensor) => clamp(x, { max: 0.1 }),
  above: (x: Tensor) => clamp(x, { min: 1e6 }),
  twice: (x: Tensor) => relu6(hardtanh(x, { minVal: -1, maxVal: 3 })),
};

describe("a table that only clamps", () => {
  it("becomes the range of the sum or product before it, with the same bits", async () => {
    const examples = fc.record({
      a: qparams,
      b: qparams,
      y: qparams,
      operation: fc.constantFrom("add" as const, "addRelu" as const, "mul" as const),
      activation: fc.constantFrom(...(Object.keys(activations) as (keyof typeof activations)[])),
      torchEngine: fc.constantFrom(null, "qnnpack" as const),
      seed: fc.nat(),
    });
    const law = fc.asyncProperty(examples, async ({ a, b, y, operation, activation, torchEngine, seed }) => {
      const isAlike = a[0] === b[0] && a[0] === y[0];
      const join = new QFunctional(y, isAlike ? torchEngine : null);
      const [first, second] = [new Quantize(...a), new Quantize(...b)];
      const net = new (class extends nn.Module<[x: Tensor, z: Tensor], Tensor> {
        override forward(x: Tensor, z: Tensor): Tensor {
          return new DeQuantize()(activations[activation](join(operation, first(x), second(z))));
        }
      })();
      manualSeed(seed);
      const floats = ([, { scale }]: typeof a) => mul(randn([3, 50]), scale * 100);
      const inputs: [Tensor, Tensor] = [floats(a), floats(b)];
      const program = lower(net, inputs);
      expect(program.ops.map(({ op }) => op)).not.toContain("lookup");
      expect(Object.keys(program.constants)).toEqual([]);
      using session = await load(program);
      const results = session.run({ x: given(inputs[0]), z: given(inputs[1]) });
      expect(bits(results.output.data)).toBe(bits(net(...inputs).data));
    });
    await fc.assert(law, { ...parameters, numRuns: 300 });
  });

  it("a quantized relu is a clamp at the zero point, as torch's", () => {
    fc.assert(
      fc.property(qparams, fc.nat(), ([dtype, range], seed) => {
        manualSeed(seed);
        const x = new Quantize(dtype, range)(mul(randn([200]), range.scale * 100));
        const expected = [...x.raw<Uint8Array>()].map((q) => Math.max(q, range.zeroPoint));
        expect([...relu(x).raw<Uint8Array>()]).toEqual(expected);
      }),
      parameters,
    );
  });

  it("behind layers and additions of a converted network", async () => {
    class Block extends nn.Module<[Tensor], Tensor> {
      conv = new nn.Conv2d(3, 4, 3, { padding: 1 });
      other = new nn.ConvTranspose2d(3, 4, 3, { padding: 1 });
      act = new nn.ReLU();
      join = new FloatFunctional();
      last = new nn.ReLU();
      fc = new nn.Linear(4, 2);

      override forward(x: Tensor): Tensor {
        const sum = this.join.add(this.act(this.conv(x)), this.other(x));
        return relu(this.fc(this.last(sum).mean({ dim: [2, 3] })));
      }
    }
    manualSeed(0);
    const prepared = prepare(new QuantWrapper(new Block()).eval(), { qconfig: getDefaultQConfig() });
    noGrad(() => prepared(randn([8, 3, 6, 6])));
    const int8 = convert(prepared);
    const program = lower(int8, randn([1, 3, 6, 6]));
    const ops = program.ops.filter(({ op }) => op !== "reshape");
    expect(ops.map(({ op }) => op)).toEqual([
      "quantize",
      "conv",
      "convTranspose",
      "add",
      "reduce",
      "linear",
      "dequantize",
    ]);
    expect(ops.flatMap(({ name, attributes: { low } }) => (low === undefined ? [] : [name]))).toEqual([
      "module.conv + module.act",
      "module.join + module.last",
      "module.fc + module",
    ]);
    const x = randn([5, 3, 6, 6]);
    using session = await load(program);
    expect(bits(session.run(given(x)).data)).toBe(bits(int8(x).data));
  });

  it("stays where the sum has another reader, or the table does more", () => {
    const sum = (x: Tensor) =>
      new QFunctional(["quint8", { scale: 0.1, zeroPoint: 100, quantMin: 0, quantMax: 255 }]).add(x, x);
    const quant = new Quantize("quint8", { scale: 0.05, zeroPoint: 100, quantMin: 0, quantMax: 255 });
    const end = new DeQuantize();
    const shared = new Call((x: Tensor) => {
      const y = sum(quant(x));
      return [end(y), end(relu(y))];
    });
    expect(opsOf(shared, randn([2, 3]))).toContain("lookup");
    const sigmoid = new Call((x: Tensor) => end(sum(quant(x)).sigmoid()));
    expect(opsOf(sigmoid, randn([2, 3]))).toContain("lookup");
  });
});
