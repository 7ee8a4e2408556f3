import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  DeQuantStub,
  Flatten,
  FloatFunctional,
  frame,
  fuseModulesQat,
  getDefaultQatQConfig,
  loadKernels,
  manualSeed,
  Module,
  prepareQat,
  QuantStub,
  randn,
  reference,
  registerProvider,
  ReLU,
  SGD,
  tensor,
  zeros,
} from "octavo";
import type { Kernels, Tensor } from "octavo";
import { afterAll, expect, it } from "vitest";

const image = [3, 16, 16];
/** More elements than any weight, no more than the smallest activation that convolutions write. */
const large = 4 * 8 * 16 * 16;

/** Elements of the weights of the two convolutions. */
const weights = [8 * 3 * 3 * 3, 8 * 8 * 3 * 3];

type Passes = Map<string, number>;
/** Kernels that ran on arrays of activations, on weights and on neither; how often, since it was emptied. */
const passes = {
  activations: new Map() as Passes,
  weights: new Map() as Passes,
  rest: new Map() as Passes,
};

function sizeOf(arguments_: readonly unknown[]): keyof typeof passes {
  const lengths = arguments_.map((value) => (ArrayBuffer.isView(value) ? (value as Float32Array).length : 0));
  if (lengths.some((length) => length >= large)) return "activations";
  return lengths.some((length) => weights.includes(length)) ? "weights" : "rest";
}

registerProvider({
  name: "counting",
  kind: "wasm",
  priority: 0,
  open: () => ({ provider: { ...reference, name: "counting", kernels: counted(reference.kernels) } }),
});

function counted(kernels: Kernels): Kernels {
  const entries = Object.entries<(...values: unknown[]) => unknown>(kernels as never);
  const counting = entries.map(([name, kernel]) => [
    name,
    (...values: unknown[]) => {
      const counted = passes[sizeOf(values)];
      counted.set(name, (counted.get(name) ?? 0) + 1);
      return kernel(...values);
    },
  ]);
  return Object.fromEntries(counting);
}

/** Layers with batch norm, with and without relu, and a shortcut. */
class Net extends Module<[x: Tensor], Tensor> {
  readonly quant = new QuantStub();
  readonly conv1 = new Conv2d(3, 8, 3, { padding: 1, bias: false });
  readonly bn1 = new BatchNorm2d(8);
  readonly relu1 = new ReLU();
  readonly conv2 = new Conv2d(8, 8, 3, { padding: 1, bias: false });
  readonly bn2 = new BatchNorm2d(8);
  readonly skip = new FloatFunctional();
  readonly pool = new AdaptiveAvgPool2d(1);
  readonly flatten = new Flatten();
  readonly dequant = new DeQuantStub();

  override forward(x: Tensor): Tensor {
    const a = this.relu1(this.bn1(this.conv1(this.quant(x))));
    const b = this.bn2(this.conv2(a));
    return this.dequant(this.flatten(this.pool(this.skip.addRelu(a, b))));
  }
}

function passesOfStep(mode: "float" | "qat"): typeof passes {
  manualSeed(0);
  let model = new Net().train() as Module<[x: Tensor], Tensor>;
  if (mode === "qat") {
    model = prepareQat(fuseModulesQat(model, zeros([2, ...image])).model, {
      qconfig: getDefaultQatQConfig(),
    });
  }
  const images = randn([4, ...image]);
  const labels = tensor([0, 1, 2, 3], { dtype: "int64" });
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  for (let step = 0; step < 2; step++) {
    for (const counted of Object.values(passes)) counted.clear();
    optimizer.zeroGrad();
    frame(() => void new CrossEntropyLoss()(model(images), labels).backward());
    optimizer.step();
  }
  return structuredClone(passes);
}

afterAll(() => loadKernels());

const moreThan = (some: Passes, others: Passes) =>
  [...some].flatMap(([name, count]) =>
    count === others.get(name) ? [] : [[name, count - (others.get(name) ?? 0)]],
  );

it("passes over activations that quantization adds to a step: rounding of the sum, and its gradient", async () => {
  await loadKernels({ use: "counting" });
  const [float, qat] = [passesOfStep("float").activations, passesOfStep("qat").activations];
  expect(moreThan(float, qat)).toEqual([]);
  expect(moreThan(qat, float)).toEqual([
    ["fakeQuantize", 1],
    ["fakeQuantizeGradient", 1],
  ]);
});

it("batch norm, addition and relu are one pass", async () => {
  await loadKernels({ use: "counting" });
  const float = passesOfStep("float").activations;
  expect([float.get("channelAffine"), float.get("channelAffineAdd")]).toEqual([1, 1]);
  expect([float.get("binary"), float.get("unary")]).toEqual([undefined, undefined]);
});

it("passes over a weight that quantization adds to a step: its range, rounding, and the gradient", async () => {
  await loadKernels({ use: "counting" });
  const [float, qat] = [passesOfStep("float"), passesOfStep("qat")];
  expect(moreThan(float.weights, qat.weights)).toEqual([]);
  expect(moreThan(qat.weights, float.weights)).toEqual([
    ["minMax", 2],
    ["scaledFakeQuantize", 2],
    ["scaledFakeQuantizeGradient", 2],
  ]);
  // The images, and what reaches γ through each weight.
  expect(moreThan(qat.rest, float.rest)).toEqual([
    ["minMax", 1],
    ["fakeQuantize", 1],
    ["accumulate", 2],
  ]);
});
