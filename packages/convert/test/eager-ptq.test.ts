import { getDefaultQConfig, prepare, QConfig } from "@octavo/qat";
import { defaultWeightObserver } from "@octavo/observers";
import { ConvTranspose2d } from "@octavo/nn";
import { fuseModules } from "@octavo/fusion";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { noGrad, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { load } from "@octavo/runtime";
import { describe, expect, it } from "vitest";
import { convert, lower } from "../src/index.ts";
import { goldenNets } from "./golden-nets.ts";
import type { GoldenNet, Sizes } from "./golden-nets.ts";
import { closeTo, floatState, goldenTensor, recordIntegers } from "./golden-flow.ts";

/** Steps whose integers may differ from torch's engine, with the reason; `numerics.md` has the formulas. */
const group = goldens("eager-ptq");

const names = ["conv-bn-relu", "edge", "residual", "inverted-relu6", "inverted-relu", "cat", "depthwise-deconv", "mixed", "mlp"];

function floatNet(row: GoldenCase): GoldenNet {
  const net = goldenNets[row.args.net as string](row.args.sizes as Sizes);
  net.loadStateDict(floatState(row));
  return net.eval();
}

/** The engine's qconfig with torch's arithmetic: the integers of the goldens are the engine's own. */
function torchQConfig(engine: "fbgemm" | "qnnpack"): QConfig {
  const requantization = engine === "qnnpack" ? "qnnpack" : "float";
  return QConfig({ ...getDefaultQConfig(engine), requantization, torchCompat: true });
}

function prepared(row: GoldenCase): GoldenNet {
  const net = floatNet(row);
  const fused = fuseModules(net, net.fusions);
  const qconfig = torchQConfig(row.args.engine as "fbgemm" | "qnnpack");
  fused.qconfig = qconfig;
  for (const module of fused.modules()) {
    // torch's fbgemm has per-tensor weights only for transposed convolutions.
    if (module instanceof ConvTranspose2d) module.qconfig = QConfig({ ...qconfig, weight: defaultWeightObserver });
  }
  if (net.keepFloat) fused.getSubmodule(net.keepFloat).qconfig = null;
  const result = prepare(fused);
  noGrad(() => [0, 1, 2].forEach((i) => result(goldenTensor(row.input(`calib.${i}`)))));
  return result;
}

describe.skipIf(group.absent)(group.title, () => {
  for (const row of names.flatMap((name) => group.select(`${name}/`))) {
    const x = () => goldenTensor(row.input("x"));

    it(`${row.name}: float and fused outputs`, () => {
      const net = floatNet(row);
      closeTo(noGrad(() => net(x())), row.output("float.y"), 1e-5);
      closeTo(noGrad(() => fuseModules(net, net.fusions)(x())), row.output("fused.y"), 1e-5);
    });

    it(`${row.name}: observers`, () => {
      const net = prepared(row);
      const expected = row.tables.observers as Record<string, { scale: number[]; zero_point: number[] }>;
      const found = [...net.namedModules()].filter(([path]) => /activationPostProcess$/.test(path));
      const names = found.map(([path]) => path.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`));
      expect(names.sort()).toEqual(Object.keys(expected).sort());
    });

    it(`${row.name}: converted integers are the engine's`, () => {
      const converted = convert(prepared(row));
      const integers = recordIntegers(converted, x());
      const rows: string[] = [];
      for (const name of row.tables.int_order as string[]) {
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
      const output = session.run({ data: input.toArray() as Float32Array, shape: input.shape }) as { data: Float32Array };
      expect(Buffer.from(output.data.buffer, output.data.byteOffset, output.data.byteLength)).toEqual(
        Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength),
      );
    });
  }
});
