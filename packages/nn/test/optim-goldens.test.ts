import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { Tensor } from "@octavo/tensor";
import {
  Adam,
  AdamW,
  clipGradNorm_,
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
import { fromGolden, optionsOf } from "./torch-options.ts";

const optim = goldens("optim");

type Make = (params: Parameter[], options: Record<string, any>) => Optimizer;
const optimizers: Readonly<Record<string, Make>> = {
  SGD: (params, options) => new SGD(params, options),
  Adam: (params, options) => new Adam(params, options),
  AdamW: (params, options) => new AdamW(params, options),
};

const schedulers: Readonly<
  Record<string, (optimizer: Optimizer, options: Record<string, any>) => LRScheduler>
> = {
  StepLR: (optimizer, { stepSize, ...options }) => new StepLR(optimizer, stepSize, options),
  MultiStepLR: (optimizer, { milestones, ...options }) => new MultiStepLR(optimizer, milestones, options),
  ExponentialLR: (optimizer, { gamma }) => new ExponentialLR(optimizer, gamma),
  CosineAnnealingLR: (optimizer, { tMax, ...options }) => new CosineAnnealingLR(optimizer, tMax, options),
  LinearLR: (optimizer, options) => new LinearLR(optimizer, options),
  ConstantLR: (optimizer, options) => new ConstantLR(optimizer, options),
  LambdaLR: (optimizer) => new LambdaLR(optimizer, (epoch) => 1 / (1 + epoch)),
  OneCycleLR: (optimizer, { maxLr, ...options }) => new OneCycleLR(optimizer, maxLr, options),
};

/** Row i of a tensor whose first axis counts steps. */
function step(row: GoldenCase, side: "input" | "output", role: string, i: number): Float32Array {
  const { data, shape } = row[side](role);
  const size = data.length / shape[0];
  return (data as Float32Array).subarray(i * size, (i + 1) * size);
}

/** `scale` is what relative means: the result itself unless given. */
function expectRelative(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
  scale: (i: number) => number = (i) => Math.abs(expected[i]),
) {
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * scale(i);
    expect(
      Math.abs(actual[i] - expected[i]),
      `${what}[${i}]: ${actual[i]} for ${expected[i]}`,
    ).toBeLessThanOrEqual(bound);
  }
}

/** Largest size of element i over all steps: what it was added up from, where terms cancel. */
function largest(row: GoldenCase, side: "input" | "output", role: string): (i: number) => number {
  const rows = Array.from({ length: row[side](role).shape[0] }, (_, i) => step(row, side, role, i));
  return (i) => Math.max(...rows.map((values) => Math.abs(values[i])));
}

function checkOptimizer(row: GoldenCase, make: Make): void {
  const { optimizer: _, setLr, ...options } = optionsOf(row);
  const params = {
    p: new Parameter(fromGolden(row.input("p"))),
    q: new Parameter(fromGolden(row.input("q"))),
  };
  const optimizer = make(Object.values(params), options);
  const steps = row.input("gp").shape[0];
  for (let i = 0; i < steps; i++) {
    if (setLr) optimizer.paramGroups[0].lr = setLr[i];
    for (const [name, parameter] of Object.entries(params)) {
      parameter.grad = new Tensor(parameter);
      parameter.grad.data.set(step(row, "input", `g${name}`, i));
    }
    optimizer.step();
    for (const [name, parameter] of Object.entries(params)) {
      const scale = largest(row, "output", name);
      expectRelative(parameter.data, step(row, "output", name, i), 1e-6, `${name} after step ${i}`, scale);
    }
  }
  const state = optimizer.stateDict().state;
  for (const role of Object.keys(row.outputs).filter((name) => name.startsWith("state."))) {
    const [, parameter, name] = role.split(".");
    const value = state[parameter === "p" ? 0 : 1][name];
    const wanted = row.outputs[role];
    const expected =
      typeof wanted === "number" ? [wanted] : Array.from(row.output(role).data as Float32Array);
    const gradient = largest(row, "input", `g${parameter}`);
    // Averages of squares add up positive terms, the others terms of both signs.
    const scale = name === "step" || name.endsWith("_sq") ? undefined : gradient;
    expectRelative(value instanceof Tensor ? value.data : [value], expected, 1e-6, role, scale);
  }
}

function checkScheduler(row: GoldenCase, make: (typeof schedulers)[string]): void {
  const { scheduler: _, lr, lr1, ...options } = optionsOf(row);
  const parameter = () => new Parameter({ shape: [1] });
  const optimizer = new SGD([{ params: [parameter()] }, { params: [parameter()], lr: lr1 }], {
    lr,
    momentum: 0.9,
  });
  const scheduler = make(optimizer as unknown as Optimizer, options);
  // As if it had trained: schedulers warn otherwise.
  optimizer.steps = 1;
  const { lrs, lrs1, momentum } = row.outputs as unknown as Record<string, number[]>;
  lrs.forEach((__, i) => {
    const [first, second] = optimizer.paramGroups;
    expectRelative([first.lr, second.lr, first.momentum], [lrs[i], lrs1[i], momentum[i]], 1e-12, `step ${i}`);
    if (i + 1 < lrs.length) scheduler.step();
  });
}

describe.skipIf(optim.absent)(optim.title, () => {
  for (const row of optim.cases) {
    const kind = row.name.split("/")[0];
    if (kind in optimizers) it(row.name, () => checkOptimizer(row, optimizers[kind]));
    else if (kind in schedulers) it(row.name, () => checkScheduler(row, schedulers[kind]));
    else if (kind !== "clip") it.skip(`${row.name} (not implemented)`);
  }

  it.each(optim.select("clip/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const parameters = ["g0", "g1"].map((role) => {
      const parameter = new Parameter(fromGolden(row.input(role)));
      parameter.grad = fromGolden(row.input(role));
      return parameter;
    });
    const norm = clipGradNorm_(parameters, row.number("max_norm"));
    expectRelative([norm], [row.number("norm")], 1e-6, "norm");
    parameters.forEach(({ grad }, i) => {
      expectRelative(grad!.data, row.output(`g${i}`).data as Float32Array, 1e-6, `g${i}`);
    });
  });
});
