import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  F,
  Hardswish,
  Linear,
  MaxPool2d,
  Module,
  Parameter,
  ReLU,
  ReLU6,
  Sequential,
} from "@octavo/nn";
import { add, cat, flatten, mul, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** The nets of the goldens `fx` (goldens/make/fx_graph.py). */
class Residual extends Module<[x: Tensor], Tensor> {
  stem = new Conv2d(3, 8, 3, { stride: 2, padding: 1 });
  conv1 = new Conv2d(8, 8, 3, { padding: 1, bias: false });
  bn1 = new BatchNorm2d(8);
  relu = new ReLU();
  conv2 = new Conv2d(8, 8, 1, { bias: false });
  bn2 = new BatchNorm2d(8);
  last: boolean;

  constructor(last: boolean) {
    super();
    this.last = last;
  }

  override forward(x: Tensor): Tensor {
    const stem = this.stem(x);
    const y = add(this.bn2(this.conv2(this.relu(this.bn1(this.conv1(stem))))), stem);
    return this.last ? this.relu(y) : y;
  }
}

class Cat extends Module<[x: Tensor], Tensor> {
  a = new Conv2d(4, 5, 1);
  b = new Conv2d(4, 7, 3, { padding: 1 });
  pool = new MaxPool2d(3, { stride: 1, padding: 1 });
  c = new Conv2d(16, 7, 1);

  override forward(x: Tensor): Tensor {
    return this.c(cat([F.relu(this.a(x)), this.b(x), this.pool(x)], { dim: 1 }));
  }
}

class Functional extends Module<[x: Tensor], Tensor> {
  w = new Parameter(randn([9, 3, 3, 3]));
  b = new Parameter(randn([9]));
  wl = new Parameter(randn([6, 9]));
  bl = new Parameter(randn([6]));

  override forward(x: Tensor): Tensor {
    const y = F.relu(F.conv2d(x, this.w, this.b, { padding: 1 }));
    let z = add(y, y);
    z = add(z, 0.5);
    z = mul(z, y);
    z = flatten(F.adaptiveAvgPool2d(z, 1), { startDim: 1 });
    return F.hardsigmoid(F.linear(z, this.wl, this.bl));
  }
}

class AddRelu extends Module<[x: Tensor], Tensor> {
  a = new Conv2d(4, 9, 1);
  b = new Conv2d(4, 9, 3, { padding: 1 });

  override forward(x: Tensor): Tensor {
    const y = F.relu(add(this.a(x), this.b(x)));
    const z = mul(y, this.b(x));
    return add(F.relu(z), 1);
  }
}

class Up extends Module<[x: Tensor], Tensor[]> {
  stem = new Sequential(
    new Conv2d(3, 8, 3, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2d(8),
    new ReLU(),
  );
  up = new Sequential(
    new ConvTranspose2d(8, 9, 4, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2d(9),
    new ReLU(),
    new ConvTranspose2d(9, 6, 4, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2d(6),
    new ReLU(),
  );
  hm = new Conv2d(6, 3, 1);
  wh = new Conv2d(6, 2, 1);
  reg = new Conv2d(6, 2, 1);

  override forward(x: Tensor): Tensor[] {
    const y = this.up(this.stem(x));
    return [F.sigmoid(this.hm(y)), this.wh(y), this.reg(y)];
  }
}

class Pool extends Module<[x: Tensor], Tensor> {
  conv = new Sequential(new Conv2d(3, 8, 3, { padding: 1, bias: false }), new BatchNorm2d(8), new ReLU6());
  max = new MaxPool2d(2);
  avg = new AdaptiveAvgPool2d([1, 1]);
  drop = new Dropout(0.2);
  fc1 = new Linear(8, 10);
  act = new Hardswish();
  fc2 = new Linear(10, 3);

  override forward(x: Tensor): Tensor {
    const y = this.avg(this.max(this.conv(x)));
    const z = y.reshape([y.shape[0], -1]);
    return F.softmax(this.fc2(this.act(this.fc1(this.drop(z)))), { dim: 1 });
  }
}

class Sub extends Module<[x: Tensor], Tensor> {
  conv = new Conv2d(6, 6, 3, { padding: 1 });
  relu = new ReLU();

  override forward(x: Tensor): Tensor {
    return this.relu(this.conv(x));
  }
}

class Holder extends Module<[x: Tensor], Tensor> {
  first = new Conv2d(3, 6, 1);
  sub = new Sub();
  last = new Conv2d(6, 6, 1);

  override forward(x: Tensor): Tensor {
    return this.last(this.sub(this.first(x)));
  }
}

export const nets: Record<string, () => Module> = {
  residual: () => new Residual(false),
  "residual-relu": () => new Residual(true),
  "add-relu": () => new AddRelu(),
  cat: () => new Cat(),
  functional: () => new Functional(),
  deconv: () => new Up(),
  pool: () => new Pool(),
  preserved: () => new Holder(),
};
