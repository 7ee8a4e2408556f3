import {
  ConstantLR,
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiStepLR,
  OneCycleLR,
  Parameter,
  SGD,
  StepLR,
} from "@octavo/nn";
import type { LRScheduler, Optimizer } from "@octavo/nn";
import { describe, expect, it } from "vitest";

type Make = (optimizer: Optimizer) => LRScheduler[];

/** An optimiser of one group per rate, as if it had trained: schedulers warn otherwise. */
function optimizerOf(lrs: readonly number[]): Optimizer {
  const groups = lrs.map((lr) => ({ params: [new Parameter({ shape: [1] })], lr }));
  const optimizer = new SGD(groups) as unknown as Optimizer;
  optimizer.steps = 1;
  return optimizer;
}

const ratesOf = ({ paramGroups }: Optimizer) => paramGroups.map(({ lr }) => lr);

function expectRelative(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, rate] of expected.entries()) {
    const error = Math.abs(actual[i] - rate);
    expect(error, `${what}: ${actual[i]} for ${rate}`).toBeLessThanOrEqual(1e-12 * rate);
  }
}

interface Sequence {
  readonly make: Make;
  /** Of each step, of each group. From torch 2.15. */
  readonly rates: readonly (readonly number[])[];
  /** The first group's rate times `factor` after the schedulers' step `after`, counted from 0. */
  readonly byHand?: { readonly after: number; readonly factor: number };
}

const sequences: readonly (Sequence & { readonly name: string })[] = [
  {
    name: "ExponentialLR, MultiStepLR",
    make: (o) => [new ExponentialLR(o, 0.9), new MultiStepLR(o, [2, 4], { gamma: 0.1 })],
    rates: [
      [1],
      [0.9],
      [0.08100000000000002],
      [0.07290000000000002],
      [0.006561000000000002],
      [0.005904900000000002],
    ],
  },
  {
    name: "LinearLR, StepLR",
    make: (o) => [new LinearLR(o, { startFactor: 0.1, totalIters: 3 }), new StepLR(o, 4)],
    rates: [[0.1], [0.39999999999999997], [0.7], [1], [0.1], [0.1], [0.1]],
  },
  {
    name: "StepLR, then LinearLR",
    make: (o) => [new StepLR(o, 2), new LinearLR(o, { startFactor: 0.5, totalIters: 4 })],
    rates: [[0.5], [0.625], [0.075], [0.08750000000000001], [0.01], [0.01]],
  },
  {
    name: "StepLR and a change by hand",
    make: (o) => [new StepLR(o, 3)],
    byHand: { after: 0, factor: 0.5 },
    rates: [[1], [0.5], [0.5], [0.05], [0.05], [0.05], [0.005000000000000001]],
  },
  {
    name: "ConstantLR, ExponentialLR, two groups and a change by hand",
    make: (o) => [new ConstantLR(o, { factor: 0.25, totalIters: 3 }), new ExponentialLR(o, 0.8)],
    byHand: { after: 4, factor: 0.5 },
    rates: [
      [0.25, 0.075],
      [0.2, 0.06],
      [0.16000000000000003, 0.048],
      [0.5120000000000001, 0.15360000000000001],
      [0.40960000000000013, 0.12288000000000002],
      [0.16384000000000007, 0.09830400000000002],
      [0.13107200000000005, 0.07864320000000002],
    ],
  },
  {
    name: "LinearLR, CosineAnnealingLR to etaMin and back, two groups",
    make: (o) => [
      new LinearLR(o, { startFactor: 0.25, totalIters: 3 }),
      new CosineAnnealingLR(o, 6, { etaMin: 0.05 }),
    ],
    rates: [
      [0.25, 0.075],
      [0.4698557158514987, 0.14330127018922195],
      [0.5763461894323343, 0.1825961894323342],
      [0.5289743906065193, 0.17897439060651926],
      [0.2894871953032598, 0.11448719530325967],
      [0.11417040057910297, 0.0672792919036565],
      [0.05, 0.05],
      [0.11363793320239161, 0.06674682452694516],
      [0.2875, 0.1125],
    ],
  },
  {
    name: "CosineAnnealingLR and a change by hand, two groups",
    make: (o) => [new CosineAnnealingLR(o, 3, { etaMin: 0.05 })],
    byHand: { after: 0, factor: 0.5 },
    rates: [
      [1, 0.3],
      [0.38125, 0.2375],
      [0.1604166666666667, 0.11250000000000003],
      [0.05, 0.05],
      [0.2874999999999999, 0.11249999999999999],
      [0.7625000000000005, 0.2375000000000001],
    ],
  },
  {
    name: "LinearLR down to 0 and a rate by hand",
    make: (o) => [new LinearLR(o, { startFactor: 1, endFactor: 0, totalIters: 2 })],
    byHand: { after: 0, factor: 0.5 },
    rates: [[1], [0.25], [0], [0]],
  },
  {
    name: "MultiStepLR that begins with a milestone",
    make: (o) => [new MultiStepLR(o, [0, 2])],
    rates: [[0.1], [0.1], [0.010000000000000002], [0.010000000000000002]],
  },
  {
    name: "LambdaLR, which overwrites, after LinearLR, two groups",
    make: (o) => [
      new LinearLR(o, { startFactor: 0.25, totalIters: 3 }),
      new LambdaLR(o, (epoch) => 1 / (1 + epoch)),
    ],
    rates: [
      [1, 0.3],
      [0.5, 0.15],
      [0.3333333333333333, 0.09999999999999999],
      [0.25, 0.075],
    ],
  },
  {
    name: "LambdaLR, which overwrites, before StepLR",
    make: (o) => [new LambdaLR(o, (epoch) => 1 / (1 + epoch)), new StepLR(o, 2, { gamma: 0.5 })],
    rates: [[1], [0.5], [0.16666666666666666], [0.25], [0.1], [0.16666666666666666]],
  },
  {
    name: "OneCycleLR, which overwrites, before ExponentialLR",
    make: (o) => [new OneCycleLR(o, 0.5, { totalSteps: 6 }), new ExponentialLR(o, 0.9)],
    rates: [
      [0.020000000000000018],
      [0.4474869459529103],
      [0.36528554427739335],
      [0.20818669620013877],
      [0.060064888584973775],
    ],
  },
];

describe("schedulers of one optimiser", () => {
  it.each(sequences.map((sequence) => [sequence.name, sequence] as const))(
    "%s",
    (_, { make, rates, byHand }) => {
      const optimizer = optimizerOf([1, 0.3].slice(0, rates[0].length));
      const schedulers = make(optimizer);
      for (const [step, expected] of rates.entries()) {
        expectRelative(ratesOf(optimizer), expected, `step ${step}`);
        for (const scheduler of schedulers) scheduler.step();
        if (byHand?.after === step) optimizer.paramGroups[0].lr *= byHand.factor;
      }
    },
  );

  it("take as base the rates before the first of them", () => {
    const optimizer = optimizerOf([1]);
    const schedulers = [new ConstantLR(optimizer, { factor: 0.25 }), new StepLR(optimizer, 2)];
    expect(schedulers.map(({ baseLrs }) => baseLrs)).toEqual([[1], [1]]);
    expect(optimizer.paramGroups[0]).toMatchObject({ lr: 0.25, initialLr: 1 });
  });
});

describe("a scheduler by itself", () => {
  it("sets its closed form, bit for bit", () => {
    const optimizer = optimizerOf([0.1]);
    const scheduler = new CosineAnnealingLR(optimizer, 7, { etaMin: 0.003 });
    for (let epoch = 1; epoch <= 20; epoch++) {
      scheduler.step();
      const expected = 0.003 + ((0.1 - 0.003) * (1 + Math.cos((Math.PI * epoch) / 7))) / 2;
      expect(ratesOf(optimizer)).toEqual([expected]);
    }
  });
});

describe("schedulers that go on from their states", () => {
  const make: Make = (o) => [
    new LinearLR(o, { startFactor: 0.1, totalIters: 6 }),
    new CosineAnnealingLR(o, 10, { etaMin: 0.01 }),
    new StepLR(o, 2, { gamma: 0.5 }),
  ];
  const base = [1, 0.3];

  function stepped(times: number): [Optimizer, LRScheduler[]] {
    const optimizer = optimizerOf(base);
    const schedulers = make(optimizer);
    for (let i = 0; i < times; i++) for (const scheduler of schedulers) scheduler.step();
    return [optimizer, schedulers];
  }

  it.each(["before", "after"])("give the same rates if made %s the optimiser's state is loaded", (when) => {
    const [whole] = stepped(9);
    const [saved, savedSchedulers] = stepped(5);
    const optimizer = optimizerOf([0.7, 0.7]);
    const early = when === "before" ? make(optimizer) : null;
    optimizer.loadStateDict(saved.stateDict());
    const schedulers = early ?? make(optimizer);
    // In another order than they were made.
    for (const i of [2, 0, 1]) schedulers[i].loadStateDict(savedSchedulers[i].stateDict());
    expect(ratesOf(optimizer)).toEqual(ratesOf(saved));
    for (let i = 0; i < 4; i++) for (const scheduler of schedulers) scheduler.step();
    expect(ratesOf(optimizer)).toEqual(ratesOf(whole));
  });

  it("take states without rates, of older versions, and optimisers' without initial ones", () => {
    const optimizer = optimizerOf([1]);
    const older = optimizerOf([0.25]).stateDict();
    const scheduler = new StepLR(optimizer, 2);
    optimizer.loadStateDict(older);
    expect(optimizer.paramGroups[0]).toMatchObject({ lr: 0.25, initialLr: 1 });
    scheduler.loadStateDict({ lastEpoch: 5, baseLrs: [2] });
    expect(ratesOf(optimizer)).toEqual([2 * 0.1 ** 2]);
    const unscheduled = optimizerOf([1]);
    unscheduled.loadStateDict(optimizer.stateDict());
    expect(unscheduled.paramGroups[0].initialLr).toBe(1);
  });
});
