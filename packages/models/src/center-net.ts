import { BatchNorm2d, Conv2d, ConvTranspose2d, init, Module, ReLU, Sequential } from "@octavo/nn";
import type { MaxPool2d } from "@octavo/nn";
import { DeQuantStub, QuantStub } from "@octavo/qat";
import { withDefaults } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { resnet18 } from "./resnet.ts";

export interface CenterNetOptions {
  /** Kinds of objects; default 80. */
  readonly classes?: number;
}

/** Maps of a quarter of the image's height and width, h = H / 4 and w = W / 4. */
export interface CenterNetOutputs {
  /** (N, classes, h, w): how likely an object of the class has its centre there, as a logit. */
  readonly heatmap: Tensor;
  /** (N, 2, h, w): width and height of that object, in cells of the map. */
  readonly size: Tensor;
  /** (N, 2, h, w): how far the centre lies right of and below the cell's corner, in cells. */
  readonly offset: Tensor;
}

/** What ResNet-18 has before its classifier, under torchvision's names. Images (N, 3, H, W) → (N, 512, ⌈H/32⌉, ⌈W/32⌉). */
class ResNet18Features extends Module<[images: Tensor], Tensor> {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly maxpool: MaxPool2d;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;

  constructor() {
    super();
    const { conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4 } = resnet18({ classes: 1 });
    this.conv1 = conv1;
    this.bn1 = bn1;
    this.relu = relu;
    this.maxpool = maxpool;
    this.layer1 = layer1;
    this.layer2 = layer2;
    this.layer3 = layer3;
    this.layer4 = layer4;
  }

  override forward(images: Tensor): Tensor {
    const x = this.maxpool(this.relu(this.bn1(this.conv1(images))));
    return this.layer4(this.layer3(this.layer2(this.layer1(x))));
  }
}

/** Channels after each of the stages that double height and width. */
const upsampled = [256, 128, 64];
/** Of the heads' hidden layer. */
const headChannels = 64;
/** What the heatmap says before training: an object in one cell of ten (Lin et al., "Focal Loss", 2017, section 4.1). */
const prior = 0.1;

/**
 * An object detector that finds centres: Zhou, Wang and Krähenbühl, "Objects as Points" (arXiv:1904.07850), on ResNet-18 with
 * three transposed convolutions (4×4, stride 2; Xiao, Wu and Wei, "Simple Baselines", arXiv:1804.06208) of 256, 128 and 64
 * channels, without the paper's deformable convolutions. Stubs stand where integers begin and end.
 *
 * Images (N, 3, H, W), H and W multiples of 32 → three maps; `decodeCenters` makes boxes of them. The backbone's state-dict
 * names behind `backbone.` are those of torchvision's ResNet-18.
 */
export class CenterNet extends Module<[images: Tensor], CenterNetOutputs> {
  readonly quant = new QuantStub();
  readonly backbone = new ResNet18Features();
  readonly upsample: Sequential;
  readonly heatmap: Sequential;
  readonly size = head(2);
  readonly offset = head(2);
  readonly dequant = new DeQuantStub();

  constructor(options: CenterNetOptions = {}) {
    super();
    const { classes } = withDefaults("CenterNet", { classes: 80 }, options);
    let channels = 512;
    const stages = upsampled.flatMap((width) => {
      const options = { stride: 2, padding: 1, bias: false };
      const deconvolution = new ConvTranspose2d(channels, width, 4, options);
      init.kaimingNormal_(deconvolution.weight, { nonlinearity: "relu" });
      channels = width;
      return [deconvolution, new BatchNorm2d(width), new ReLU()];
    });
    this.upsample = new Sequential(...stages);
    this.heatmap = head(classes, Math.log(prior / (1 - prior)));
  }

  override forward(images: Tensor): CenterNetOutputs {
    const x = this.upsample(this.backbone(this.quant(images)));
    return {
      heatmap: this.dequant(this.heatmap(x)),
      size: this.dequant(this.size(x)),
      offset: this.dequant(this.offset(x)),
    };
  }
}

/** A 3×3 convolution and a 1×1 convolution: (N, 64, h, w) → (N, outChannels, h, w). */
function head(outChannels: number, bias = 0): Sequential {
  const last = new Conv2d(headChannels, outChannels, 1);
  init.constant_(last.bias!, bias);
  return new Sequential(
    new Conv2d(upsampled[upsampled.length - 1], headChannels, 3, { padding: 1 }),
    new ReLU(),
    last,
  );
}
