import { getDefaultQConfig, prepare, QConfig } from "@octavo/qat";
import { defaultWeightObserver } from "@octavo/observers";
import { ConvTranspose2d, torchName } from "@octavo/nn";
import { fuseModules } from "@octavo/fusion";
import { FakeQuantize } from "@octavo/fake-quant";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { noGrad } from "@octavo/tensor";
import { load } from "@octavo/runtime";
import { describe, expect, it } from "vitest";
import { convert, lower, QuantizedLayer } from "../src/index.ts";
import { goldenNets } from "./golden-nets.ts";
import type { GoldenNet, Sizes } from "./golden-nets.ts";
import { closeTo, floatState, goldenTensor, recordIntegers } from "./golden-flow.ts";

/**
 * Integers that may differ from torch's engine. torch's ReLU6 loses its own observer at convert and keeps its input's
 * scale; ours has its own, as the simulation had (docs/numerics.md, "eager ReLU6"). So everything behind one differs.
 */
const ownRange: Readonly<Record<string, readonly string[]>> = {
  "inverted-relu6": ["stem.0", "stem.1"],
};

const group = goldens("eager-ptq");

const names = [
  "conv-bn-relu",
  "edge",
  "residual",
  "inverted-relu6",
  "inverted-relu",
  "cat",
  "depthwise-deconv",
  "mixed",
  "mlp",
];

function floatNet(row: GoldenCase): GoldenNet {
  const net = goldenNets[row.args.net as string](row.args.sizes as Sizes);
  net.loadStateDict(floatState(row));
  return net.eval();
}

/** The engine's qconfig with torch's arithmetic: the integers of the goldens are the engine's own. */
function torchQConfig(engine: "fbgemm" | "qnnpack"): QConfig {
  const requantization = engine === "qnnpack" ? "qnnpack" : "float";
  const defaults = getDefaultQConfig(engine);
  const activation = defaults.activation!.observer.with({ torchCompat: true } as object);
  return QConfig({ ...defaults, activation, requantization, torchCompat: true });
}

function prepared(row: GoldenCase): GoldenNet {
  const net = floatNet(row);
  const fused = fuseModules(net, net.fusions);
  const qconfig = torchQConfig(row.args.engine as "fbgemm" | "qnnpack");
  fused.qconfig = qconfig;
  for (const module of fused.modules()) {
    // torch's fbgemm has per-tensor weights only for transposed convolutions.
    if (module instanceof ConvTranspose2d)
      module.qconfig = QConfig({ ...qconfig, weight: defaultWeightObserver });
  }
  if (net.keepFloat) fused.getSubmodule(net.keepFloat).qconfig = null;
  const result = prepare(fused);
  noGrad(() => [0, 1, 2].forEach((i) => result(goldenTensor(row.input(`calib.${i}`)))));
  return result;
}

/** Exactly torch's qparams, so that the integers can be compared exactly. */
function withGoldenQParams(net: GoldenNet, row: GoldenCase): GoldenNet {
  const expected = row.tables.observers as Record<string, { scale: number[]; zero_point: number[] }>;
  for (const [path, module] of net.namedModules()) {
    if (!(module instanceof FakeQuantize)) continue;
    const { scale, zero_point } = expected[torchName(path)];
    module.qparams = {
      ...module.qparams,
      scale: Float32Array.from(scale),
      zeroPoint: Int32Array.from(zero_point),
    };
  }
  return net;
}

/** Names of fields as torch's; what only one of the two prints is left out. */
const printed = (text: string) =>
  text
    .replace(/^\w+Net\(/, (name) => name.replace("Net", ""))
    .replace(/^( *\()(\w+)/gm, (_, start: string, name: string) => start + torchName(name))
    .replace(/QuantizedReLU6\(.*\)/g, "QuantizedReLU6()");
const torchPrinted = (text: string) =>
  text
    .replaceAll("dtype=torch.", "dtype=")
    .replaceAll("qscheme=torch.", "qscheme=")
    .replace(/QFunctional\(\s+(.+)\s+\(activation_post_process\): Identity\(\)\s+\)/g, "QFunctional($1)");

describe.skipIf(group.absent)(group.title, () => {
  for (const row of names.flatMap((name) => group.select(`${name}/`))) {
    const x = () => goldenTensor(row.input("x"));

    it(`${row.name}: float and fused outputs`, () => {
      const net = floatNet(row);
      closeTo(
        noGrad(() => net(x())),
        row.output("float.y"),
        1e-5,
      );
      closeTo(
        noGrad(() => fuseModules(net, net.fusions)(x())),
        row.output("fused.y"),
        1e-5,
      );
    });

    it(`${row.name}: observers`, () => {
      const net = prepared(row);
      const expected = row.tables.observers as Record<string, { scale: number[]; zero_point: number[] }>;
      const found = [...net.namedModules()].filter(([path]) => path.endsWith("activationPostProcess"));
      const names = found.map(([path]) => torchName(path));
      expect(names).toEqual(Object.keys(expected));
      for (const [i, [, module]] of found.entries()) {
        const { scale, zeroPoint } = module as FakeQuantize;
        const want = expected[names[i]];
        // Activations differ in the order of their sums, and scales with them.
        expect(Math.abs(scale[0] - want.scale[0])).toBeLessThanOrEqual(1e-5 * want.scale[0]);
        expect([names[i], ...zeroPoint]).toEqual([names[i], ...want.zero_point]);
      }
    });

    it(`${row.name}: quantized weights and biases`, () => {
      const converted = convert(withGoldenQParams(prepared(row), row));
      for (const [path, module] of converted.namedModules()) {
        if (!(module instanceof QuantizedLayer)) continue;
        const name = torchName(path);
        expect([name, ...module.weight.toArray()]).toEqual([name, ...row.integers(`q.${name}.weight`)]);
        if (!module.bias) continue;
        expect([name, ...module.bias.toArray()]).toEqual([name, ...row.floats(`q.${name}.bias`)]);
      }
    });

    it(`${row.name}: the converted net is printed as torch prints it`, () => {
      const converted = convert(withGoldenQParams(prepared(row), row));
      expect(printed(converted.toString())).toEqual(torchPrinted(row.texts.converted));
    });

    it(`${row.name}: the state dict has torch's keys, shapes and dtypes`, () => {
      const state = convert(withGoldenQParams(prepared(row), row)).stateDict();
      const { converted } = row.tables.state_dict as { converted: unknown[][] };
      // A linear layer's weight and bias are a tuple of torch's own there; ReLU6 has qparams of its own here.
      const known = converted.filter(([name]) => !/_packed_params/.test(name as string));
      const found = known.map(([name]) => {
        const value = state.get(name as string);
        return [name, value && [...value.shape], value?.dtype];
      });
      expect(found).toEqual(known);
    });

    it(`${row.name}: converted integers are the engine's`, () => {
      const converted = convert(withGoldenQParams(prepared(row), row));
      const integers = recordIntegers(converted, x());
      const rows: string[] = [];
      const comparable = ownRange[row.args.net as string] ?? (row.tables.int_order as string[]);
      for (const name of comparable) {
        const want = row.integers(`int.${name}`);
        const got = integers.get(name);
        if (!got) continue;
        const wrong = want.filter((q, i) => q !== got[i]).length;
        if (wrong) rows.push(`${name}: ${wrong} of ${want.length}`);
      }
      expect(rows).toEqual([]);
    });

    it(`${row.name}: the lowered program gives the bits of the modules`, async () => {
      const converted = convert(prepared(row));
      const input = x();
      const expected = noGrad(() => converted(input)).toArray() as Float32Array;
      const session = await load(lower(converted, input));
      const output = session.run({ data: input.toArray() as Float32Array, shape: input.shape }) as {
        data: Float32Array;
      };
      expect(Buffer.from(output.data.buffer, output.data.byteOffset, output.data.byteLength)).toEqual(
        Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength),
      );
    });
  }
});
