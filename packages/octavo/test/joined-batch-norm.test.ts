import {
  allocatedBytes,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  emptyPool,
  Flatten,
  FloatFunctional,
  frame,
  fuseModulesQat,
  getDefaultQatQConfig,
  loadKernels,
  manualSeed,
  Module,
  noGrad,
  prepareQat,
  randn,
  ReLU,
  ReLU6,
  SGD,
  tensor,
  zeros,
} from "octavo";
import type { Tensor } from "octavo";
import { afterAll, describe, expect, it } from "vitest";

/** Batch norm alone, before relu, before relu6, before an addition, and read twice. */
class Net extends Module<[x: Tensor], Tensor> {
  readonly conv1 = new Conv2d(3, 8, 3, { padding: 1, bias: false });
  readonly bn1 = new BatchNorm2d(8);
  readonly relu1 = new ReLU();
  readonly conv2 = new Conv2d(8, 8, 3, { padding: 1, bias: false });
  readonly bn2 = new BatchNorm2d(8);
  readonly relu2 = new ReLU6();
  readonly conv3 = new Conv2d(8, 8, 1, { bias: false });
  readonly bn3 = new BatchNorm2d(8);
  readonly skip = new FloatFunctional();
  readonly twice = new FloatFunctional();
  readonly conv4 = new Conv2d(8, 4, 5);
  readonly flatten = new Flatten();

  override forward(x: Tensor): Tensor {
    const a = this.relu1(this.bn1(this.conv1(x)));
    const b = this.relu2(this.bn2(this.conv2(a)));
    const c = this.bn3(this.conv3(b));
    const d = this.twice.add(c, c.relu());
    return this.flatten(this.conv4(this.skip.addRelu(d, a)));
  }
}

function build(mode: "float" | "qat"): Module<[Tensor], Tensor> {
  manualSeed(3);
  const net = new Net().train();
  if (mode === "float") return net;
  const { model } = fuseModulesQat(net, zeros([2, 3, 5, 5]));
  return prepareQat(model, { qconfig: getDefaultQatQConfig() }) as Module<[Tensor], Tensor>;
}

/** Three steps; everything that can be seen afterwards. */
function train(mode: "float" | "qat", readEverything: boolean): number[][] {
  const model = build(mode);
  if (readEverything) {
    model.apply((module) => {
      module.registerForwardHook((_module, _inputs, output) => void (output as Tensor).data);
    });
  }
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const labels = tensor([0, 1, 2, 3], { dtype: "int64" });
  const seen: number[][] = [];
  for (let step = 0; step < 3; step++) {
    const images = randn([4, 3, 5, 5]);
    optimizer.zeroGrad();
    frame(() => {
      const logits = model(images);
      new CrossEntropyLoss()(logits, labels).backward();
      seen.push([...logits.data]);
    });
    for (const [, parameter] of model.namedParameters()) seen.push([...parameter.grad!.data]);
    optimizer.step();
  }
  for (const [, value] of model.stateDict()) seen.push([...value.raw()].map(Number));
  return seen;
}

afterAll(() => loadKernels());

describe.each(["reference", "native", "wasm"])(
  "batch norm with what follows it in one pass, %s kernels",
  (use) => {
    it.for(["float", "qat"] as const)("gives the bits of one pass each, %s", async (mode, { skip }) => {
      await loadKernels({ use }).catch((error: Error) => skip(error.message));
      expect(train(mode, false)).toEqual(train(mode, true));
    });
  },
);

describe("a batch norm that nobody has read yet", () => {
  const bn = new BatchNorm2d(2).train();

  it("takes no memory if only relu reads it", () => {
    const x = randn([4, 2, 300, 1]);
    const conv = new Conv2d(2, 2, 1, { bias: false });
    const taken = (between: (y: Tensor) => Tensor) => {
      emptyPool();
      const before = allocatedBytes();
      noGrad(() => frame(() => void between(conv(x)).relu().data));
      return allocatedBytes() - before;
    };
    expect(taken(bn) - taken((y) => y)).toBeLessThan(4 * x.numel);
  });

  it("sees its input as it was, even if that is changed before it is read", () => {
    const values = Array.from({ length: 16 }, (_, i) => i % 5);
    const [x, same] = [tensor(values).reshape([2, 2, 4, 1]), tensor(values).reshape([2, 2, 4, 1])];
    const expected = [...bn(same).data];
    const late = frame(() => {
      const y = bn(x);
      x.data.fill(7);
      return [...y.data];
    });
    expect(late).toEqual(expected);
  });

  it("is computed when it leaves its frame", () => {
    expect(frame(() => bn(randn([2, 2, 3, 3]))).storage.waiting).toBeNull();
  });
});
