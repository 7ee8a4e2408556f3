import { BatchNorm2d, Conv2d, Module, ReLU } from "@octavo/nn";
import type { ConvOptions } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";

/** Convolution, batch norm, ReLU; torchvision's QuantizableBasicConv2d of GoogLeNet and Inception v3, whose names it has. */
export class BasicConv2d extends Module<[x: Tensor], Tensor> {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d;
  readonly relu = new ReLU();

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [height: number, width: number],
    options: Pick<ConvOptions, "stride" | "padding"> = {},
  ) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, kernelSize, { ...options, bias: false });
    this.bn = new BatchNorm2d(outChannels, { eps: 0.001 });
  }

  override forward(x: Tensor): Tensor {
    return this.relu(this.bn(this.conv(x)));
  }

  override typeName(): string {
    return "QuantizableBasicConv2d";
  }
}
