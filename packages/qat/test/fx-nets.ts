import { BatchNorm2d, Conv2d, F, Linear, Module, Parameter, ReLU } from "@octavo/nn";
import { add, flatten, mul, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { DeQuantStub, FloatFunctional, QuantStub } from "../src/index.ts";

/** Nets of the goldens `fx` (goldens/make/fx_graph.py). */
export class Residual extends Module<[x: Tensor], Tensor> {
  stem: Conv2d;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu = new ReLU();
  conv2: Conv2d;
  bn2: BatchNorm2d;
  readonly hasLastRelu: boolean;

  constructor(hasLastRelu: boolean, channels = 8) {
    super();
    this.stem = new Conv2d(3, channels, 3, { stride: 2, padding: 1 });
    this.conv1 = new Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, 1, { bias: false });
    this.bn2 = new BatchNorm2d(channels);
    this.hasLastRelu = hasLastRelu;
  }

  override forward(x: Tensor): Tensor {
    const stem = this.stem(x);
    const y = add(this.bn2(this.conv2(this.relu(this.bn1(this.conv1(stem))))), stem);
    return this.hasLastRelu ? this.relu(y) : y;
  }
}

/** The same, written for eager mode. */
export class EagerResidual extends Module<[x: Tensor], Tensor> {
  quant = new QuantStub();
  stem = new Conv2d(3, 8, 3, { stride: 2, padding: 1 });
  conv1 = new Conv2d(8, 8, 3, { padding: 1, bias: false });
  bn1 = new BatchNorm2d(8);
  relu = new ReLU();
  conv2 = new Conv2d(8, 8, 1, { bias: false });
  bn2 = new BatchNorm2d(8);
  add = new FloatFunctional();
  dequant = new DeQuantStub();
  readonly hasLastRelu: boolean;

  constructor(hasLastRelu: boolean) {
    super();
    this.hasLastRelu = hasLastRelu;
  }

  override forward(x: Tensor): Tensor {
    const stem = this.stem(this.quant(x));
    const y = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(stem)))));
    return this.dequant(this.hasLastRelu ? this.add.addRelu(y, stem) : this.add.add(y, stem));
  }
}

export class Functional extends Module<[x: Tensor], Tensor> {
  w: Parameter;
  b: Parameter;
  wl: Parameter;
  bl: Parameter;

  constructor(inChannels = 3, channels = 9, features = 6) {
    super();
    this.w = new Parameter(randn([channels, inChannels, 3, 3]));
    this.b = new Parameter(randn([channels]));
    this.wl = new Parameter(randn([features, channels]));
    this.bl = new Parameter(randn([features]));
  }

  override forward(x: Tensor): Tensor {
    const y = F.relu(F.conv2d(x, this.w, this.b, { padding: 1 }));
    const z = F.adaptiveAvgPool2d(mul(add(add(y, y), 0.5), y), 1);
    return F.hardsigmoid(F.linear(flatten(z, { startDim: 1 }), this.wl, this.bl));
  }
}

/** Quantized layers on both sides of a float one, and two heads. */
export class Mixed extends Module<[x: Tensor], Tensor[]> {
  first = new Conv2d(3, 4, 1);
  middle = new Conv2d(4, 4, 3, { padding: 1 });
  last = new Linear(4, 2);

  override forward(x: Tensor): Tensor[] {
    const first = this.first(x);
    const y = F.relu(add(this.middle(first), first));
    return [this.last(flatten(F.adaptiveAvgPool2d(y, 1), { startDim: 1 })), F.softmax(y, { dim: 1 })];
  }
}
