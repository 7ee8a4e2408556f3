import { disableObserver } from "@octavo/fake-quant";
import { fuseModulesQat } from "@octavo/fusion";
import { ConvTranspose2d, F, SGD } from "@octavo/nn";
import { defaultWeightObserver } from "@octavo/observers";
import { freezeBnStats, getDefaultQatQConfig, prepareQat, QConfig } from "@octavo/qat";
import { fakeQuantizeWith } from "@octavo/fake-quant";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { convert } from "../src/index.ts";
import { closeTo, countBeyond, floatState, goldenTensor, stateUnder } from "./golden-flow.ts";
import { goldenNets } from "./golden-nets.ts";
import type { GoldenNet, Sizes } from "./golden-nets.ts";

const group = goldens("eager-qat");

/** torch cannot train fused or fake-quantized transposed convolutions; ours can, so that net's numbers are its own. */
const comparable = (row: GoldenCase) => !row.args.fused && row.args.net !== "depthwise-deconv";

/**
 * Nets in which an activation of the first step lies on a rounding tie: the order of a sum decides, and what depends on
 * it moves by whole steps, ranges included. Dividing the output as torch does instead of the weight gives the same.
 */
const tied: ReadonlySet<string> = new Set(["inverted-relu/fbgemm/v0", "residual/qnnpack/v0"]);

/**
 * What a gradient is compared with: its own size, or for a bias in front of a batch norm, whose true gradient is 0, that
 * of its layer's weight.
 */
function sizeOf(name: string, row: GoldenCase): number {
  const largest = (role: string) => row.floats(role).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const weight = `grad.${name.replace(/bias$/, "weight")}`;
  return name.endsWith(".bias") && row.has(weight) ? largest(weight) : largest(`grad.${name}`);
}

function trainingNet(row: GoldenCase): GoldenNet {
  const net = goldenNets[row.args.net as string](row.args.sizes as Sizes).train();
  net.loadStateDict(floatState(row));
  const fused = fuseModulesQat(net, row.args.fuse as string[][]);
  const defaults = getDefaultQatQConfig(row.args.engine as "fbgemm" | "qnnpack");
  const qconfig = QConfig({
    ...defaults,
    torchCompat: true,
    requantization: row.args.engine === "qnnpack" ? "qnnpack" : "float",
  });
  fused.qconfig = qconfig;
  for (const module of fused.modules()) {
    if (!(module instanceof ConvTranspose2d)) continue;
    module.qconfig = QConfig({ ...qconfig, weight: fakeQuantizeWith(defaultWeightObserver) });
  }
  if (net.keepFloat) fused.getSubmodule(net.keepFloat).qconfig = null;
  return prepareQat(fused);
}

function lossOf(row: GoldenCase, y: Tensor, step: number): Tensor {
  const target = goldenTensor(row.input(`target.${step}`));
  return row.args.loss === "cross_entropy" ? F.crossEntropy(y, target) : F.mseLoss(y, target);
}

function train(
  net: GoldenNet,
  row: GoldenCase,
  steps: number,
  afterStep: (step: number, y: Tensor, loss: number) => void,
) {
  const { lr, momentum } = row.args as { lr: number; momentum: number };
  const schedule = row.args.schedule as { disable_observer?: number; freeze_bn_stats?: number };
  const optimizer = new SGD(net.parameters(), { lr, momentum });
  for (let step = 0; step < steps; step++) {
    if (schedule.disable_observer === step) net.apply(disableObserver);
    // torch's freeze_bn_stats knows convolutions only and leaves LinearBn1d as it is; ours freezes both.
    if (schedule.freeze_bn_stats === step && row.args.net !== "mlp") net.apply(freezeBnStats);
    optimizer.zeroGrad();
    const y = net(goldenTensor(row.input(`batch.${step}`)));
    const loss = lossOf(row, y, step);
    loss.backward();
    afterStep(step, y, loss.item());
    optimizer.step();
  }
}

/** The scale of values that are all multiples of it: the smallest difference between two. */
function smallestStep(values: Float32Array): number {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return Math.min(
    ...sorted
      .slice(1)
      .map((v, i) => v - sorted[i])
      .filter((d) => d > 1e-6),
  );
}

describe.skipIf(group.absent)(group.title, () => {
  for (const row of group.cases.filter(comparable)) {
    it(`${row.name}: first step`, () => {
      const net = trainingNet(row);
      const losses = row.tables.losses as number[];
      train(net, row, 1, (_step, y, loss) => {
        if (tied.has(row.name)) {
          expect(countBeyond(y, row.output("step0.y"), 1e-5)).toBeGreaterThan(0);
          return closeTo(y, row.output("step0.y"), 3, "output", smallestStep(row.floats("step0.y")));
        }
        closeTo(y, row.output("step0.y"), 1e-5);
        expect(Math.abs(loss - losses[0])).toBeLessThanOrEqual(1e-5 * Math.abs(losses[0]));
        for (const [name, parameter] of net.stateDict()) {
          if (parameter.grad)
            closeTo(parameter.grad, row.output(`grad.${name}`), 1e-5, name, sizeOf(name, row));
        }
      });
      if (tied.has(row.name)) return;
      const after = net.stateDict();
      const expected = stateUnder(row, "step1.");
      expect([...after.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [name, value] of after) {
        if (value.dtype === "float32") closeTo(value, row.output(`step1.${name}`), 1e-5, name);
      }
    });

    it(`${row.name}: ten steps`, () => {
      const losses = row.tables.losses as number[];
      train(trainingNet(row), row, losses.length, (step, _y, loss) => {
        expect([step, Math.abs(loss - losses[step]) <= 1e-2 * Math.max(...losses)]).toEqual([step, true]);
      });
    });

    it(`${row.name}: from the stored end, evaluation`, () => {
      const net = trainingNet(row);
      net.loadStateDict(stateUnder(row, row.args.observers_on_at_convert ? "after_eval." : "final."));
      net.eval().apply(disableObserver);
      const x = goldenTensor(row.input("x"));
      closeTo(
        noGrad(() => net(x)),
        row.output("eval.y"),
        1e-5,
      );
    });

    it(`${row.name}: integers of the converted net are the simulation's`, () => {
      const net = trainingNet(row);
      net.loadStateDict(stateUnder(row, row.args.observers_on_at_convert ? "after_eval." : "final."));
      net.eval().apply(disableObserver);
      for (const module of net.modules()) {
        if (module.qconfig) module.qconfig = QConfig({ ...(module.qconfig as QConfig), torchCompat: false });
      }
      const x = goldenTensor(row.input("x"));
      const simulated = noGrad(() => net(x)).toArray() as Float32Array;
      const converted = noGrad(() => convert(net)(x)).toArray() as Float32Array;
      const scale = smallestStep(simulated);
      const worst = converted.reduce((m, v, i) => Math.max(m, Math.abs(v - simulated[i])), 0);
      expect(Math.round(worst / scale)).toBeLessThanOrEqual(1);
    });
  }
});
