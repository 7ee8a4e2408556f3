import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Hardswish,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  ReLU6,
  Sequential,
} from "@octavo/nn";
import { DeQuantStub, FloatFunctional, QuantStub } from "@octavo/qat";
import { flatten } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** The networks of goldens/make/nets.py, with the same field names. */
export interface GoldenNet extends Module<[x: Tensor], Tensor> {
  /** What the goldens fuse. */
  readonly fusions: string[][];
  /** The part that stays float. */
  readonly keepFloat?: string;
}

// Numbers and names out of JSON; the constructors of nn check them.
export type Sizes = Readonly<Record<string, any>>;

class ConvBnReluNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu1 = new ReLU();
  conv2: Conv2d;
  bn2: BatchNorm2d;
  relu2 = new ReLU();
  pool: MaxPool2d | AvgPool2d;
  avg = new AdaptiveAvgPool2d(1);
  fc: Linear;
  dequant = new DeQuantStub();
  fusions = [
    ["conv1", "bn1", "relu1"],
    ["conv2", "bn2", "relu2"],
  ];

  constructor({ c0, c1, c2, s1, s2, pool, classes }: Sizes) {
    super();
    this.conv1 = new Conv2d(c0, c1, 3, { stride: s1, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(c1);
    this.conv2 = new Conv2d(c1, c2, 3, { stride: s2 });
    this.bn2 = new BatchNorm2d(c2, { eps: 1e-3 });
    this.pool = pool === "max" ? new MaxPool2d(2) : new AvgPool2d(2);
    this.fc = new Linear(c2, classes);
  }

  override forward(x: Tensor): Tensor {
    let y = this.relu1(this.bn1(this.conv1(this.quant(x))));
    y = this.relu2(this.bn2(this.conv2(y)));
    return this.dequant(this.fc(flatten(this.avg(this.pool(y)), { startDim: 1 })));
  }
}

class ResidualNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  stem: Conv2d;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu1 = new ReLU();
  conv2: Conv2d;
  bn2: BatchNorm2d;
  addRelu = new FloatFunctional();
  conv3: Conv2d;
  down: Sequential;
  add = new FloatFunctional();
  dequant = new DeQuantStub();
  fusions = [
    ["conv1", "bn1", "relu1"],
    ["conv2", "bn2"],
    ["down.0", "down.1"],
  ];

  constructor({ c0, c1, c2 }: Sizes) {
    super();
    this.stem = new Conv2d(c0, c1, 1);
    this.conv1 = new Conv2d(c1, c1, 3, { padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(c1);
    this.conv2 = new Conv2d(c1, c1, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(c1);
    this.conv3 = new Conv2d(c1, c2, 3, { stride: 2, padding: 1 });
    this.down = new Sequential(new Conv2d(c1, c2, 1, { stride: 2, bias: false }), new BatchNorm2d(c2));
  }

  override forward(x: Tensor): Tensor {
    const stem = this.stem(this.quant(x));
    const y = this.addRelu.addRelu(this.bn2(this.conv2(this.relu1(this.bn1(this.conv1(stem))))), stem);
    return this.dequant(this.add.add(this.conv3(y), this.down(y)));
  }
}

class InvertedNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  stem: Sequential;
  conv: Sequential;
  skipAdd = new FloatFunctional();
  dequant = new DeQuantStub();
  fusions: string[][];

  constructor({ c0, c1, expand, stride, k, act }: Sizes) {
    super();
    const h = c1 * expand;
    const activation = () => (act === "relu6" ? new ReLU6() : new ReLU());
    this.stem = new Sequential(
      new Conv2d(c0, c1, 3, { padding: 1, bias: false }),
      new BatchNorm2d(c1),
      activation(),
    );
    this.conv = new Sequential(
      new Sequential(new Conv2d(c1, h, 1, { bias: false }), new BatchNorm2d(h), activation()),
      new Sequential(
        new Conv2d(h, h, k, { stride, padding: Math.floor(k / 2), groups: h, bias: false }),
        new BatchNorm2d(h),
        activation(),
      ),
      new Conv2d(h, c1, 1, { bias: false }),
      new BatchNorm2d(c1),
    );
    const last = act === "relu6" ? [] : [2];
    this.fusions = [
      ["stem", [0, 1, ...last]] as const,
      ["conv.0", [0, 1, ...last]] as const,
      ["conv.1", [0, 1, ...last]] as const,
    ].map(([path, parts]) => parts.map((part) => `${path}.${part}`));
    this.fusions.push(["conv.2", "conv.3"]);
  }

  override forward(x: Tensor): Tensor {
    const y = this.stem(this.quant(x));
    return this.dequant(this.skipAdd.add(y, this.conv(y)));
  }
}

class CatNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  left: Sequential;
  right: Sequential;
  cat = new FloatFunctional();
  last: Conv2d;
  dequant = new DeQuantStub();
  fusions = [["left.0", "left.1"]];

  constructor({ c0, c1, c2, c3 }: Sizes) {
    super();
    this.left = new Sequential(new Conv2d(c0, c1, 1), new ReLU());
    this.right = new Sequential(new Conv2d(c0, c2, 3, { padding: 1 }));
    this.last = new Conv2d(c1 + c2, c3, [1, 3], { padding: [0, 1] });
  }

  override forward(x: Tensor): Tensor {
    const y = this.quant(x);
    return this.dequant(this.last(this.cat.cat([this.left(y), this.right(y)], { dim: 1 })));
  }
}

class DepthwiseDeconvNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  dw: Conv2d;
  relu = new ReLU();
  up: ConvTranspose2d;
  bn: BatchNorm2d;
  act = new ReLU();
  dequant = new DeQuantStub();
  fusions = [
    ["dw", "relu"],
    ["up", "bn"],
  ];

  constructor({ c0, mult, c2, k, stride, pad, opad }: Sizes) {
    super();
    this.dw = new Conv2d(c0, c0 * mult, 3, { padding: 1, groups: c0 });
    this.up = new ConvTranspose2d(c0 * mult, c2, k, {
      stride,
      padding: pad,
      outputPadding: opad,
      bias: false,
    });
    this.bn = new BatchNorm2d(c2);
  }

  override forward(x: Tensor): Tensor {
    return this.dequant(this.act(this.bn(this.up(this.relu(this.dw(this.quant(x)))))));
  }
}

class MixedNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  first: Sequential;
  dequant1 = new DeQuantStub();
  middle: Sequential;
  quant2 = new QuantStub();
  last: Conv2d;
  dequant = new DeQuantStub();
  fusions = [["first.0", "first.1", "first.2"]];
  keepFloat = "middle";

  constructor({ c0, c1, c2 }: Sizes) {
    super();
    this.first = new Sequential(
      new Conv2d(c0, c1, 3, { padding: 1, bias: false }),
      new BatchNorm2d(c1),
      new ReLU(),
    );
    this.middle = new Sequential(
      new Conv2d(c1, c1, 3, { padding: 1, groups: c1 }),
      new BatchNorm2d(c1),
      new Hardswish(),
    );
    this.last = new Conv2d(c1, c2, 1);
  }

  override forward(x: Tensor): Tensor {
    const y = this.dequant1(this.first(this.quant(x)));
    return this.dequant(this.last(this.quant2(this.middle(y))));
  }
}

class MlpNet extends Module<[x: Tensor], Tensor> implements GoldenNet {
  quant = new QuantStub();
  fc1: Linear;
  bn1: BatchNorm1d;
  relu1 = new ReLU();
  fc2: Linear;
  relu2 = new ReLU();
  fc3: Linear;
  dequant = new DeQuantStub();
  fusions = [
    ["fc1", "bn1"],
    ["fc2", "relu2"],
  ];

  constructor({ d0, d1, d2, classes }: Sizes) {
    super();
    this.fc1 = new Linear(d0, d1);
    this.bn1 = new BatchNorm1d(d1);
    this.fc2 = new Linear(d1, d2);
    this.fc3 = new Linear(d2, classes, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    const y = this.relu1(this.bn1(this.fc1(this.quant(x))));
    return this.dequant(this.fc3(this.relu2(this.fc2(y))));
  }
}

/** By the name in `args.net`. */
export const goldenNets: Readonly<Record<string, (sizes: Sizes) => GoldenNet>> = {
  "conv-bn-relu": (sizes) => new ConvBnReluNet(sizes),
  edge: (sizes) => new ConvBnReluNet(sizes),
  residual: (sizes) => new ResidualNet(sizes),
  "inverted-relu6": (sizes) => new InvertedNet(sizes),
  "inverted-relu": (sizes) => new InvertedNet(sizes),
  cat: (sizes) => new CatNet(sizes),
  "depthwise-deconv": (sizes) => new DepthwiseDeconvNet(sizes),
  mixed: (sizes) => new MixedNet(sizes),
  mlp: (sizes) => new MlpNet(sizes),
};
