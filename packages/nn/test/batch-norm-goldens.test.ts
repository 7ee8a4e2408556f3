import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm2d } from "@octavo/nn";
import type { BatchNorm } from "@octavo/nn";
import { deviation, fromGolden, optionsOf } from "./torch-options.ts";

const floatOps = goldens("float-ops");
const classes = { BatchNorm1d, BatchNorm2d, BatchNorm3d };

function moduleOf(row: GoldenCase): BatchNorm {
  const { module, training, ...options } = optionsOf(row);
  const names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
  const state = new Map(
    names.filter((name) => name in row.inputs).map((name) => [name, fromGolden(row.input(name))]),
  );
  const bn = new classes[module as keyof typeof classes](row.input("x0").shape[1], options);
  // The files hold the count as one element of rank 1.
  const count = state.get("num_batches_tracked");
  if (count) state.set("num_batches_tracked", count.reshape([]));
  bn.loadStateDict(state);
  return bn.train(training);
}

function check(row: GoldenCase): void {
  const bn = moduleOf(row);
  const expectClose = (actual: ArrayLike<number>, role: string) => {
    const wanted = Array.from(row.output(role).data as ArrayLike<number>, Number);
    expect(deviation(Array.from(actual, Number), wanted), role).toBeLessThanOrEqual(2e-5);
  };
  for (let i = 0; `x${i}` in row.inputs; i++) {
    const x = fromGolden(row.input(`x${i}`), true);
    bn.zeroGrad();
    const y = bn(x);
    y.backward(fromGolden(row.input(`dy${i}`)));
    expectClose(y.toArray() as Float32Array, `y_${i}`);
    expectClose(x.grad!.toArray() as Float32Array, `dx_${i}`);
    for (const [name, parameter] of bn.namedParameters()) expectClose(parameter.grad!.data, `d_${name}_${i}`);
    for (const [name, buffer] of bn.stateDict()) {
      if (`${name}_${i}` in row.outputs) expectClose(buffer.raw() as Float32Array, `${name}_${i}`);
    }
  }
}

/** Two batches while training, then one in evaluation. */
function checkInstanceNorm(row: GoldenCase): void {
  const norm = new InstanceNorm2d(row.input("x0").shape[1], { affine: true, trackRunningStats: true });
  const names = ["weight", "bias", "running_mean", "running_var"];
  norm.loadStateDict(new Map(names.map((name) => [name, fromGolden(row.input(name))])), { strict: false });
  for (let i = 0; i < 3; i++) {
    norm.train(i < 2);
    const y = norm(fromGolden(row.input(`x${i}`)));
    for (const [value, role] of [
      [y.toArray(), `y_${i}`],
      [norm.runningMean!.data, `running_mean_${i}`],
      [norm.runningVar!.data, `running_var_${i}`],
    ] as const) {
      const wanted = Array.from(row.output(role).data as ArrayLike<number>, Number);
      expect(deviation(Array.from(value as Float32Array), wanted), role).toBeLessThanOrEqual(2e-5);
    }
  }
}

describe.skipIf(floatOps.absent)(`${floatOps.title}: instance norm`, () => {
  it.each(floatOps.select("instance_norm/running-stats").map((row) => [row.name, row] as const))(
    "%s",
    (_, row) => checkInstanceNorm(row),
  );
});

describe.skipIf(floatOps.absent)(`${floatOps.title}: batch norm`, () => {
  it.each(floatOps.select("batch_norm/").map((row) => [row.name, row] as const))("%s", (_, row) =>
    check(row),
  );
});
