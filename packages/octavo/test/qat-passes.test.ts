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

/** Kernels that ran on arrays of activations, how often, since it was emptied. */
const passes = new Map<string, number>();

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
      if (values.some((value) => ArrayBuffer.isView(value) && (value as Float32Array).length >= large)) {
        passes.set(name, (passes.get(name) ?? 0) + 1);
      }
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

function passesOfStep(mode: "float" | "qat"): Map<string, number> {
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
    passes.clear();
    optimizer.zeroGrad();
    frame(() => void new CrossEntropyLoss()(model(images), labels).backward());
    optimizer.step();
  }
  return new Map(passes);
}

afterAll(() => loadKernels());

const moreThan = (some: Map<string, number>, others: Map<string, number>) =>
  [...some].flatMap(([name, count]) =>
    count === others.get(name) ? [] : [[name, count - (others.get(name) ?? 0)]],
  );

it("passes over activations that quantization adds to a step: rounding of the sum, and its gradient", async () => {
  await loadKernels({ use: "counting" });
  const [float, qat] = [passesOfStep("float"), passesOfStep("qat")];
  expect(moreThan(float, qat)).toEqual([]);
  expect(moreThan(qat, float)).toEqual([
    ["fakeQuantize", 1],
    ["fakeQuantizeGradient", 1],
  ]);
});

it("batch norm, addition and relu are one pass", async () => {
  await loadKernels({ use: "counting" });
  const float = passesOfStep("float");
  expect([float.get("channelAffine"), float.get("channelAffineAdd")]).toEqual([1, 1]);
  expect([float.get("binary"), float.get("unary")]).toEqual([undefined, undefined]);
});
