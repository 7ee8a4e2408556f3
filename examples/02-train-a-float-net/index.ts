// A small convolutional network, trained from scratch: are the bars of an 8×8 image horizontal, vertical or diagonal?
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Sequential } from "octavo";
import { CrossEntropyLoss, frame, manualSeed, noGrad, OneCycleLR, SGD, tensor } from "octavo";

const generator = manualSeed(1);

/** Noisy images with bars in one of three directions, and which. */
function bars(count: number) {
  const labels = Int32Array.from({ length: count }, () => generator.integer(3));
  const pixels = Float32Array.from({ length: count * 64 }, (_, i) => {
    const [x, y, label] = [i % 8, (i >> 3) % 8, labels[i >> 6]];
    return Number([y, x, x + y][label] % 4 < 2) + 0.5 * generator.normal();
  });
  return { images: tensor(pixels, [count, 1, 8, 8]), labels: tensor(labels, [count], { dtype: "int32" }) };
}

const model = new Sequential(
  new Conv2d(1, 16, 3, { padding: 1, bias: false }),
  new BatchNorm2d(16),
  new ReLU(),
  new Conv2d(16, 32, 3, { stride: 2, padding: 1, bias: false }),
  new BatchNorm2d(32),
  new ReLU(),
  new AdaptiveAvgPool2d(1),
  new Flatten(),
  new Linear(32, 3),
);
const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
const schedule = new OneCycleLR(optimizer, 0.05, { totalSteps: 60 });
const criterion = new CrossEntropyLoss();

for (let step = 0; step < 60; step++) {
  // Everything made inside a frame goes back to the pool: the next step allocates nothing.
  const loss = frame(() => {
    const { images, labels } = bars(32);
    const loss = criterion(model(images), labels);
    loss.backward();
    return loss.item();
  });
  optimizer.step();
  optimizer.zeroGrad();
  schedule.step();
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}`);
}

model.eval();
const { images, labels } = bars(500);
const guesses = noGrad(() => model(images))
  .argmax({ dim: 1 })
  .toArray();
const right = labels.toArray().filter((label, i) => label === guesses[i]).length;
console.log(right > 480 ? "more than 96 % right" : `${right} of 500 right`); // → more than 96 % right
