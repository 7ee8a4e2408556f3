// A trained float network becomes an int8 network: fuse, prepare, calibrate, convert.
import { BatchNorm1d, Linear, manualSeed, ReLU, Sequential, tensor } from "octavo";
import {
  convert,
  CrossEntropyLoss,
  frame,
  fuseModules,
  getDefaultQConfig,
  noGrad,
  prepare,
  QuantWrapper,
  SGD,
} from "octavo";
import type { Module, Tensor } from "octavo";

const generator = manualSeed(1);

/** Points of two spirals that wind around each other, and on which of them each point lies. */
function spirals(count: number) {
  const labels = Int32Array.from({ length: count }, () => generator.integer(2));
  const points = Array.from(labels, (label) => {
    const turn = 4 * Math.sqrt(generator.uniform());
    const [sign, noise] = [2 * label - 1, () => 0.05 * generator.normal()];
    return [sign * turn * Math.cos(turn) + noise(), sign * turn * Math.sin(turn) + noise()];
  });
  return { points: tensor(points), labels: tensor(labels, [count], { dtype: "int32" }) };
}

const float = new QuantWrapper(
  new Sequential(
    new Linear(2, 64),
    new BatchNorm1d(64),
    new ReLU(),
    new Linear(64, 32),
    new BatchNorm1d(32),
    new ReLU(),
    new Linear(32, 2),
  ),
);
const optimizer = new SGD(float.parameters(), { lr: 0.1, momentum: 0.9 });
const criterion = new CrossEntropyLoss();
for (let step = 0; step < 300; step++) {
  frame(() => {
    const { points, labels } = spirals(64);
    criterion(float(points), labels).backward();
  });
  optimizer.step();
  optimizer.zeroGrad();
}

// Fuse: batch norms go into the weights. The report says what was found.
const example = spirals(2).points;
const { model: fused, report } = fuseModules(float.eval(), example);
console.log(report.fused.map(({ into }) => into)); // → [ 'LinearReLU', 'LinearReLU' ]

// Prepare: observers watch what flows between the layers. Calibrate: show it typical inputs.
const prepared = prepare(fused, { qconfig: getDefaultQConfig() });
for (let batch = 0; batch < 10; batch++) noGrad(() => prepared(spirals(64).points));

// Convert: integers from the first layer to the last.
const int8 = convert(prepared);

const test = spirals(1000);
const percentRight = (model: Module<[Tensor], Tensor>) => {
  const guesses = noGrad(() => model(test.points))
    .argmax({ dim: 1 })
    .toArray();
  return test.labels.toArray().filter((label, i) => label === guesses[i]).length / 10;
};
const [before, after] = [percentRight(float), percentRight(int8)];
console.log(`float ${before} %, int8 ${after} %`);
console.log(before > 95 && before - after < 2 ? "nothing lost" : "something lost"); // → nothing lost
