import { Module } from "@octavo/nn";
import { FloatFunctional } from "@octavo/qat";
import { avgPool2d, maxPool2d } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { BasicConv2d } from "./basic-conv.ts";

// The five blocks of Inception v3: branches side by side, joined along the channels. Fields have torchvision's names.

const row = { padding: [0, 3] } as const;
const column = { padding: [3, 0] } as const;
const average = (x: Tensor) => avgPool2d(x, 3, { stride: 1, padding: 1 });
const largest = (x: Tensor) => maxPool2d(x, 3, { stride: 2 });

/** 1×1, 5×5, two 3×3 and a mean. (N, C, H, W) → (N, 224 + poolFeatures, H, W). */
export class InceptionA extends Module<[x: Tensor], Tensor> {
  readonly branch1x1: BasicConv2d;
  readonly branch5x5_1: BasicConv2d;
  readonly branch5x5_2 = new BasicConv2d(48, 64, 5, { padding: 2 });
  readonly branch3x3dbl_1: BasicConv2d;
  readonly branch3x3dbl_2 = new BasicConv2d(64, 96, 3, { padding: 1 });
  readonly branch3x3dbl_3 = new BasicConv2d(96, 96, 3, { padding: 1 });
  readonly branch_pool: BasicConv2d;
  readonly myop = new FloatFunctional();

  constructor(inChannels: number, poolFeatures: number) {
    super();
    this.branch1x1 = new BasicConv2d(inChannels, 64, 1);
    this.branch5x5_1 = new BasicConv2d(inChannels, 48, 1);
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 64, 1);
    this.branch_pool = new BasicConv2d(inChannels, poolFeatures, 1);
  }

  override forward(x: Tensor): Tensor {
    const five = this.branch5x5_2(this.branch5x5_1(x));
    const double = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)));
    return this.myop.cat([this.branch1x1(x), five, double, this.branch_pool(average(x))], { dim: 1 });
  }

  override typeName(): string {
    return "QuantizableInceptionA";
  }
}

/** Halves the image: 3×3, two 3×3 and a maximum. (N, C, H, W) → (N, 480 + C, ⌊(H−1)/2⌋, ⌊(W−1)/2⌋). */
export class InceptionB extends Module<[x: Tensor], Tensor> {
  readonly branch3x3: BasicConv2d;
  readonly branch3x3dbl_1: BasicConv2d;
  readonly branch3x3dbl_2 = new BasicConv2d(64, 96, 3, { padding: 1 });
  readonly branch3x3dbl_3 = new BasicConv2d(96, 96, 3, { stride: 2 });
  readonly myop = new FloatFunctional();

  constructor(inChannels: number) {
    super();
    this.branch3x3 = new BasicConv2d(inChannels, 384, 3, { stride: 2 });
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 64, 1);
  }

  override forward(x: Tensor): Tensor {
    const double = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)));
    return this.myop.cat([this.branch3x3(x), double, largest(x)], { dim: 1 });
  }

  override typeName(): string {
    return "QuantizableInceptionB";
  }
}

/** 1×1, 7×7 as 1×7 and 7×1, two of those, and a mean. (N, C, H, W) → (N, 768, H, W). */
export class InceptionC extends Module<[x: Tensor], Tensor> {
  readonly branch1x1: BasicConv2d;
  readonly branch7x7_1: BasicConv2d;
  readonly branch7x7_2: BasicConv2d;
  readonly branch7x7_3: BasicConv2d;
  readonly branch7x7dbl_1: BasicConv2d;
  readonly branch7x7dbl_2: BasicConv2d;
  readonly branch7x7dbl_3: BasicConv2d;
  readonly branch7x7dbl_4: BasicConv2d;
  readonly branch7x7dbl_5: BasicConv2d;
  readonly branch_pool: BasicConv2d;
  readonly myop = new FloatFunctional();

  /** @param inner channels between the convolutions of the 7×7 branches */
  constructor(inChannels: number, inner: number) {
    super();
    this.branch1x1 = new BasicConv2d(inChannels, 192, 1);
    this.branch7x7_1 = new BasicConv2d(inChannels, inner, 1);
    this.branch7x7_2 = new BasicConv2d(inner, inner, [1, 7], row);
    this.branch7x7_3 = new BasicConv2d(inner, 192, [7, 1], column);
    this.branch7x7dbl_1 = new BasicConv2d(inChannels, inner, 1);
    this.branch7x7dbl_2 = new BasicConv2d(inner, inner, [7, 1], column);
    this.branch7x7dbl_3 = new BasicConv2d(inner, inner, [1, 7], row);
    this.branch7x7dbl_4 = new BasicConv2d(inner, inner, [7, 1], column);
    this.branch7x7dbl_5 = new BasicConv2d(inner, 192, [1, 7], row);
    this.branch_pool = new BasicConv2d(inChannels, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const seven = this.branch7x7_3(this.branch7x7_2(this.branch7x7_1(x)));
    const half = this.branch7x7dbl_3(this.branch7x7dbl_2(this.branch7x7dbl_1(x)));
    const double = this.branch7x7dbl_5(this.branch7x7dbl_4(half));
    return this.myop.cat([this.branch1x1(x), seven, double, this.branch_pool(average(x))], { dim: 1 });
  }

  override typeName(): string {
    return "QuantizableInceptionC";
  }
}

/** Halves the image: 3×3, 7×7 and 3×3, and a maximum. (N, C, H, W) → (N, 512 + C, ⌊(H−1)/2⌋, ⌊(W−1)/2⌋). */
export class InceptionD extends Module<[x: Tensor], Tensor> {
  readonly branch3x3_1: BasicConv2d;
  readonly branch3x3_2 = new BasicConv2d(192, 320, 3, { stride: 2 });
  readonly branch7x7x3_1: BasicConv2d;
  readonly branch7x7x3_2 = new BasicConv2d(192, 192, [1, 7], row);
  readonly branch7x7x3_3 = new BasicConv2d(192, 192, [7, 1], column);
  readonly branch7x7x3_4 = new BasicConv2d(192, 192, 3, { stride: 2 });
  readonly myop = new FloatFunctional();

  constructor(inChannels: number) {
    super();
    this.branch3x3_1 = new BasicConv2d(inChannels, 192, 1);
    this.branch7x7x3_1 = new BasicConv2d(inChannels, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const seven = this.branch7x7x3_3(this.branch7x7x3_2(this.branch7x7x3_1(x)));
    return this.myop.cat([this.branch3x3_2(this.branch3x3_1(x)), this.branch7x7x3_4(seven), largest(x)], {
      dim: 1,
    });
  }

  override typeName(): string {
    return "QuantizableInceptionD";
  }
}

/** 1×1, 1×3 beside 3×1, the same after a 3×3, and a mean. (N, C, H, W) → (N, 2048, H, W). */
export class InceptionE extends Module<[x: Tensor], Tensor> {
  readonly branch1x1: BasicConv2d;
  readonly branch3x3_1: BasicConv2d;
  readonly branch3x3_2a = new BasicConv2d(384, 384, [1, 3], { padding: [0, 1] });
  readonly branch3x3_2b = new BasicConv2d(384, 384, [3, 1], { padding: [1, 0] });
  readonly branch3x3dbl_1: BasicConv2d;
  readonly branch3x3dbl_2 = new BasicConv2d(448, 384, 3, { padding: 1 });
  readonly branch3x3dbl_3a = new BasicConv2d(384, 384, [1, 3], { padding: [0, 1] });
  readonly branch3x3dbl_3b = new BasicConv2d(384, 384, [3, 1], { padding: [1, 0] });
  readonly branch_pool: BasicConv2d;
  readonly myop1 = new FloatFunctional();
  readonly myop2 = new FloatFunctional();
  readonly myop3 = new FloatFunctional();

  constructor(inChannels: number) {
    super();
    this.branch1x1 = new BasicConv2d(inChannels, 320, 1);
    this.branch3x3_1 = new BasicConv2d(inChannels, 384, 1);
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 448, 1);
    this.branch_pool = new BasicConv2d(inChannels, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const three = this.branch3x3_1(x);
    const wide = this.myop1.cat([this.branch3x3_2a(three), this.branch3x3_2b(three)], { dim: 1 });
    const second = this.branch3x3dbl_2(this.branch3x3dbl_1(x));
    const double = this.myop2.cat([this.branch3x3dbl_3a(second), this.branch3x3dbl_3b(second)], { dim: 1 });
    return this.myop3.cat([this.branch1x1(x), wide, double, this.branch_pool(average(x))], { dim: 1 });
  }

  override typeName(): string {
    return "QuantizableInceptionE";
  }
}
