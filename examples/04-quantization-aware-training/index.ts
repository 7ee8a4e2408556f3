// Quantization-aware training: the network learns with the rounding that int8 inference will do.
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  DeQuantStub,
  Flatten,
  FloatFunctional,
  Linear,
  Module,
} from "octavo";
import { CrossEntropyLoss, frame, manualSeed, noGrad, QuantStub, ReLU, SGD, tensor } from "octavo";
import {
  convert,
  disableObserver,
  freezeBnStats,
  fuseModulesQat,
  getDefaultQatQConfig,
  prepareQat,
} from "octavo";
import type { Tensor } from "octavo";

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

/** The stubs say where integers begin and end; the FloatFunctional, that the sum of a skip connection is quantized too. */
class Net extends Module<[images: Tensor], Tensor> {
  quant = new QuantStub();
  conv1 = new Conv2d(1, 16, 3, { padding: 1, bias: false });
  bn1 = new BatchNorm2d(16);
  relu1 = new ReLU();
  conv2 = new Conv2d(16, 16, 3, { padding: 1, bias: false });
  bn2 = new BatchNorm2d(16);
  skipAdd = new FloatFunctional();
  pool = new AdaptiveAvgPool2d(1);
  flatten = new Flatten();
  linear = new Linear(16, 3);
  dequant = new DeQuantStub();

  override forward(images: Tensor): Tensor {
    const x = this.relu1(this.bn1(this.conv1(this.quant(images))));
    const y = this.skipAdd.add(x, this.bn2(this.conv2(x)));
    return this.dequant(this.linear(this.flatten(this.pool(y))));
  }
}

function train(model: Module<[Tensor], Tensor>, steps: number, lr: number) {
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  const criterion = new CrossEntropyLoss();
  for (let step = 0; step < steps; step++) {
    frame(() => {
      const { images, labels } = bars(32);
      criterion(model(images), labels).backward();
    });
    optimizer.step();
    optimizer.zeroGrad();
  }
}

const float = new Net();
train(float, 50, 0.05);

// By name, as in torch; fuseModulesQat(float, exampleInputs) finds the groups by itself.
const fused = fuseModulesQat(float, [
  ["conv1", "bn1", "relu1"],
  ["conv2", "bn2"],
]);
const qat = prepareQat(fused, { qconfig: getDefaultQatQConfig() });
train(qat, 20, 0.01);
// Near the end: ranges and batch-norm statistics stay, the weights still adapt.
qat.apply(disableObserver).apply(freezeBnStats);
train(qat, 10, 0.001);
const int8 = convert(qat.eval());
console.log(int8.conv1.typeName()); // → QuantizedConvReLU2d

const { images, labels } = bars(500);
const simulated = noGrad(() => qat(images))
  .argmax({ dim: 1 })
  .toArray();
const integers = noGrad(() => int8(images))
  .argmax({ dim: 1 })
  .toArray();
const right = labels.toArray().filter((label, i) => label === integers[i]).length;
const alike = integers.filter((guess, i) => guess === simulated[i]).length;
console.log(`int8: ${right / 5} % right, ${alike} of 500 as in the simulation`);
console.log(right > 480 && alike > 495); // → true
